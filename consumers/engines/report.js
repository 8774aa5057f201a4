/** Runs what a page checks, of the seed and the case that its address names, and leaves the outcome for the harness. */
export function report(check) {
  const query = new URLSearchParams(location.search);
  Promise.resolve()
    .then(() => check(Number(query.get('seed')), query.get('case')))
    .then(
      (result) => {
        globalThis.outcome = { result };
      },
      (error) => {
        globalThis.outcome = { error: String(error?.stack ?? error) };
      },
    );
}
