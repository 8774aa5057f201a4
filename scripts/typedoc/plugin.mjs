// What TypeDoc leaves out of our docstrings, or shows otherwise than they are meant.
import { CommentTag, Converter } from 'typedoc';

/** @param {import('typedoc').Application} app */
export function load(app) {
  // Before TypeDoc's own plugins move comments from signatures to their parameters.
  app.converter.on(Converter.EVENT_CREATE_SIGNATURE, onSignature, 1000);
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const reflection of Object.values(project.reflections)) showTags(reflection.comment);
  });
}

function onSignature(_context, signature) {
  for (const parameter of signature.parameters ?? []) {
    // A parameter that is taken apart where it is declared has no name; ours are all options.
    if (parameter.name === '__namedParameters') parameter.name = 'options';
  }
  const { comment } = signature;
  if (comment) comment.blockTags = withNestedParameters(comment.blockTags, signature.parameters ?? []);
}

/** `@param options.tokens …` where the type of `options` has a name: TypeDoc would drop it. It goes to `options`. */
function withNestedParameters(tags, parameters) {
  const kept = [];
  for (const tag of tags) {
    const [, name, field] = (tag.tag === '@param' && tag.name?.match(/^(\w+)\.(.+)$/)) || [];
    const parameter = field && parameters.find((one) => one.name === name);
    if (!parameter || parameter.type?.type === 'reflection') {
      kept.push(tag);
      continue;
    }
    let whole = kept.find((one) => one.tag === '@param' && one.name === name);
    if (!whole) {
      whole = new CommentTag('@param', []);
      whole.name = name;
      kept.push(whole);
    }
    const space = whole.content.length > 0 ? '<br>' : '';
    whole.content.push(
      { kind: 'text', text: space },
      { kind: 'code', text: `\`${field}\`` },
      { kind: 'text', text: ' ' },
      ...trimmed(tag.content),
    );
  }
  return kept;
}

function showTags(comment) {
  for (const tag of comment?.blockTags ?? []) if (tag.tag === '@example') showExample(tag);
  joinThrows(comment);
}

/** One list of what is thrown, each entry with its class. */
function joinThrows(comment) {
  const [first, ...others] = comment?.blockTags.filter((tag) => tag.tag === '@throws') ?? [];
  if (!first) return;
  first.content = [first, ...others].flatMap(({ typeAnnotation, content }, i) => {
    const classes = typeAnnotation?.replace(/^\{|\}$/g, '').split('|') ?? [];
    const names = classes.map((name) => `\`${name.trim()}\``).join(' or ');
    const lead = `${i > 0 ? '\n' : ''}- ${names}${names && content.length > 0 ? ': ' : ''}`;
    return [{ kind: 'text', text: lead }, ...trimmed(content)];
  });
  comment.blockTags = comment.blockTags.filter((tag) => !others.includes(tag));
}

/** An example is code, or a caption with code in it, or a caption and code on the lines below. */
function showExample(tag) {
  const [only, ...more] = tag.content;
  const text = only?.kind === 'code' && only.text.match(/^```ts\n(.*)\n```$/s)?.[1];
  if (!text || more.length > 0) return;
  const [first, ...rest] = text.split('\n');
  if (rest.length === 0 && /`[^`]+`/.test(first)) tag.content = [{ kind: 'text', text: first }];
  if (rest.length > 0 && first.endsWith(':')) {
    tag.content = [
      { kind: 'text', text: `${first}\n\n` },
      { kind: 'code', text: fenced(rest.join('\n')) },
    ];
  }
}

const fenced = (code) => `\`\`\`ts\n${code}\n\`\`\``;

function trimmed(content) {
  const last = content.at(-1);
  if (last?.kind !== 'text') return content;
  return [...content.slice(0, -1), { ...last, text: last.text.trimEnd() }];
}
