/** Files of docs/guide.md, served by guide-modules.ts. They export nothing that a test needs: they throw. */
declare module 'guide:*';
declare module 'guide-with-mistake:*';
