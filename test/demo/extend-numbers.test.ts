import { describe, expect, test } from 'vitest';
import { ropeConfig, ropeFrequencies } from 'webgpu-rope';
import { attentionDecay, contextReport, extensionSchemes } from 'webgpu-rope/analysis';
import { presets } from '../../bench/presets';
import { compareSchemes, treatmentOf } from '../../demo/panels/extend/compare';
import { configJson, configSource } from '../../demo/panels/extend/config-text';
import { listOf, priceOf, short, treatmentText, verdictOf } from '../../demo/panels/extend/findings';
import { publishedOf } from '../../demo/panels/extend/models';
import { reportJson } from '../../demo/panels/extend/report-json';
import {
  configOfState,
  curves,
  defaults,
  dims,
  lengths,
  queryOfState,
  type State,
  stateFromQuery,
  thetas,
  usualParameters,
  withModel,
  withParameter,
  withShape,
  withShown,
} from '../../demo/panels/extend/state';
import { schemeNames } from '../../demo/panels/schemes';
import { type Random, seeded } from '../support/random';

const read = (text: string) => stateFromQuery(new URLSearchParams(text));

/** The address of a state, as the shell writes it. */
function addressOf(state: State): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(queryOfState(state)))
    if (value !== undefined) query.set(key, value);
  return query.toString();
}

function randomState(random: Random): State {
  const turns = (): [number, number] => {
    const [a, b] = [random.integer(1, 256) / 4, random.integer(1, 256) / 4];
    return [Math.min(a, b), Math.max(a, b)];
  };
  const [betaSlow, betaFast] = turns();
  const [lowFreqFactor, highFreqFactor] = turns();
  const state: State = {
    ...defaults,
    dim: 2 * random.integer(dims.min / 2, dims.max / 2),
    theta: thetas.min + random.next() * (thetas.max - thetas.min),
    scheme: random.pick(schemeNames),
    shown: schemeNames.filter(() => random.next() < 0.5),
    curve: random.pick(curves),
    betaSlow,
    betaFast,
    lowFreqFactor,
    highFreqFactor,
  };
  const model = random.pick(['own', ...presets.map(({ slug }) => slug)]);
  return {
    ...withModel(state, model),
    trained: random.integer(lengths.min, lengths.max),
    target: random.integer(lengths.min, lengths.max),
  };
}

describe('the state in the address', () => {
  test('comes back as it went', () =>
    seeded(71, (random) => {
      expect(read('')).toEqual({ state: defaults, problems: [] });
      expect(addressOf(defaults)).toBe('model=own&dim=128&theta=10000&trained=4096&target=32768&scheme=yarn');
      for (let n = 0; n < 200; n++) {
        const state = randomState(random);
        expect(read(addressOf(state)), addressOf(state)).toEqual({ state, problems: [] });
      }
    }));

  for (const text of [
    'model=gpt-9',
    'dim=15',
    'dim=33',
    'dim=1024',
    'theta=1',
    'trained=511',
    'target=1048577',
    'target=many',
    'scheme=alibi',
    'show=yarn,alibi',
    'curve=flat',
    'betaFast=0',
    'lowFreqFactor=100',
  ]) {
    test(`${text}: named, and the default taken`, () => {
      const { state, problems } = read(text);
      const [name, value] = text.split('=');
      expect(state).toEqual(defaults);
      expect(problems).toEqual([expect.stringMatching(`^${name}: expected .* got “${value}”$`)]);
    });
  }

  test('parameters that contradict one another, and a shape beside a published model, are named', () => {
    expect(read('betaFast=2&betaSlow=3')).toEqual({
      state: defaults,
      problems: ['betaFast: expected at least betaSlow (3), got “2”'],
    });
    expect(read('model=phi-2&dim=64&theta=5000')).toEqual({
      state: withModel(defaults, 'phi-2'),
      problems: [
        'dim: expected none beside model=phi-2, got “64”',
        'theta: expected none beside model=phi-2, got “5000”',
      ],
    });
  });

  test('none shown is not all shown', () => {
    const none = schemeNames.reduce((state, name) => withShown(state, name, false), defaults);
    expect(none.shown).toEqual([]);
    expect(queryOfState(none).show).toBe('none');
    expect(read('show=none').state.shown).toEqual([]);
    expect(withShown(none, 'yarn', true).shown).toEqual(['yarn']);
    expect(read('show=yarn,direct').state.shown).toEqual(['direct', 'yarn']);
  });

  test('of two parameters the other moves along where it must', () => {
    expect(withParameter(defaults, 'betaSlow', 64)).toEqual({ ...defaults, betaSlow: 64, betaFast: 64 });
    expect(withParameter(defaults, 'highFreqFactor', 0.5)).toEqual({
      ...defaults,
      lowFreqFactor: 0.5,
      highFreqFactor: 0.5,
    });
    expect(withParameter(defaults, 'betaFast', 8)).toEqual({ ...defaults, betaFast: 8 });
  });
});

describe('models', () => {
  for (const { slug } of presets) {
    test(`${slug}: its shape and lengths are those published`, () => {
      const state = withModel(defaults, slug);
      const { config } = publishedOf(slug);
      const { inverseFrequencies } = ropeFrequencies({ ...config, scaling: { type: 'default' } });
      expect(ropeFrequencies(configOfState(state)).inverseFrequencies).toEqual(inverseFrequencies);
      expect(state.trained).toBeGreaterThanOrEqual(lengths.min);
      expect(state.target).toBeGreaterThan(state.trained);
      expect(state.target).toBeLessThanOrEqual(lengths.max);
      expect(withShape(state, { dim: 96 })).toEqual({ ...state, dim: 96, model: 'own' });
    });
  }

  test('Llama-3.1-8B: at its own lengths the scheme llama3 is what the model ships with', () => {
    const state = withModel(defaults, 'llama-3.1-8b');
    expect([state.trained, state.target]).toEqual([8192, 65_536]);
    const llama3 = compare(state).find(({ name }) => name === 'llama3')!;
    const published = ropeFrequencies(publishedOf('llama-3.1-8b').config).inverseFrequencies;
    expect(ropeFrequencies(llama3.config).inverseFrequencies).toEqual(published);
  });
});

const compare = (state: State) =>
  compareSchemes({
    config: configOfState(state),
    trained: state.trained,
    target: state.target,
    parameters: state,
  });

describe('the comparison', () => {
  test('is what the package says of every scheme, random models and lengths', () =>
    seeded(72, (random) => {
      for (let n = 0; n < 6; n++) {
        const state: State = { ...randomState(random), ...usualParameters };
        const { trained, target } = state;
        const expected = extensionSchemes(configOfState(state), trained, target);
        const got = compare(state);
        expect(got.map(({ name }) => name)).toEqual(schemeNames);
        for (const [i, { config, title, note }] of expected.entries()) {
          const scheme = got[i]!;
          expect(scheme).toMatchObject({ title, note, config });
          const { distances } = scheme.report.decay;
          expect(scheme.report).toEqual(contextReport(config, trained, target, { distances }));
          const decay = attentionDecay(config, distances, { sequenceLength: target });
          expect(scheme.report.decay).toEqual(decay);
          expect([distances[0], distances.at(-1)]).toEqual([0, target - 1]);
          const { kept, between, divided } = scheme.treatment;
          expect(kept + between + divided).toBe(scheme.report.pairs.length);
        }
      }
    }));

  test('smoothed values are the average of q·k around each distance', () =>
    seeded(73, (random) => {
      const schemes = compare(defaults);
      for (let n = 0; n < 20; n++) {
        const { config, smooth, report } = random.pick(schemes);
        const at = random.integer(
          1,
          report.decay.distances.findIndex((distance) => distance > 4000),
        );
        const distance = report.decay.distances[at]!;
        // Midpoints of 16 steps for each radian that the fastest pair (1 radian a token) turns.
        const steps = 16 * Math.ceil(distance);
        const around = Float64Array.from({ length: steps }, (_, i) => distance * (0.5 + (i + 0.5) / steps));
        const { mean } = attentionDecay(config, around, { sequenceLength: defaults.target });
        const average = mean.reduce((a, b) => a + b, 0) / steps;
        // The midpoint rule is off by h²/24 times the second derivative, which is at most 1; 1e-9 is for float64.
        const h = distance / steps;
        expect(Math.abs(average - smooth[at]!) <= h ** 2 / 24 + 1e-9, `${distance}`).toBe(true);
      }
    }));

  test('treatment: kept, divided in full, and what lies between, whatever float64 rounds', () => {
    const pairs = [1, 1 - 1e-15, 0.9, 0.2, 1 / 8 + 1e-16, 1 / 8, 0.1].map((ratio) => ({ ratio }));
    expect(treatmentOf(pairs, 8)).toEqual({ kept: 2, between: 2, divided: 3 });
    expect(treatmentOf([{ ratio: 1 }], 1)).toEqual({ kept: 1, between: 0, divided: 0 });
  });

  test('the parameters chosen are those of the config, and are said in its note', () => {
    const schemes = compare({ ...defaults, betaFast: 16, betaSlow: 2, lowFreqFactor: 2, highFreqFactor: 8 });
    const of = (name: string) => schemes.find((scheme) => scheme.name === name)!;
    expect(of('yarn').config.scaling).toMatchObject({ betaFast: 16, betaSlow: 2 });
    expect(of('yarn').note).toContain('Beta fast 16 and beta slow 2');
    expect(of('llama3').config.scaling).toMatchObject({ lowFreqFactor: 2, highFreqFactor: 8 });
    expect(of('llama3').note).toContain('factors of 2 and 8');
    // Twice as many turns are needed to be kept, so fewer are.
    const usual = compare(defaults);
    const kept = (all: typeof usual, name: string) =>
      all.find((scheme) => scheme.name === name)!.treatment.kept;
    expect(kept(schemes, 'llama3')).toBeLessThan(kept(usual, 'llama3'));
    expect(kept(schemes, 'yarn')).toBeGreaterThan(kept(usual, 'yarn'));
  });
});

describe('the text made from the numbers', () => {
  test('names the schemes that stay within trained angles and those that do not', () => {
    const text = verdictOf(compare(defaults));
    expect(text).toMatch(
      /^From 4\u202f096 tokens to 32\u202f768, 8 times as many: Linear interpolation, YaRN, /,
    );
    expect(text).toMatch(/Llama 3 keep all 64 pairs within angles that training made\./);
    expect(text).toContain('Direct extrapolation (18), NTK-aware (17) and Dynamic NTK (17), of 64 pairs.');
  });

  test('says so where there is nothing to extend, and then nothing is paid', () => {
    const schemes = compare({ ...defaults, target: 4096 });
    expect(verdictOf(schemes)).toContain('there is nothing to extend');
    for (const scheme of schemes) expect(priceOf(scheme, schemes[0]!)).toEqual([]);
  });

  test('where every pair makes a turn in training, no scheme is outside', () => {
    const schemes = compare({ ...defaults, theta: 1000, trained: 65_536, target: 2 ** 20 });
    expect(verdictOf(schemes)).toContain('every scheme keeps all 64 pairs');
  });

  test('lists what a scheme pays', () => {
    const schemes = compare(defaults);
    const of = (name: string) => priceOf(schemes.find((scheme) => scheme.name === name)!, schemes[0]!);
    expect(of('direct')).toEqual([]);
    expect(of('linear')).toEqual([
      'neighbours 8 times closer in fast pairs',
      '27 pairs blind in bf16 (unscaled 14)',
      'short texts change',
    ]);
    expect(of('dynamic')).toContain('cached keys have to be rerotated');
    expect(of('yarn').at(-1)).toBe(`scores times ${short((0.1 * Math.log(8) + 1) ** 2)}`);
    const far = compare({ ...defaults, dim: 256, theta: 1e7, trained: 512, target: 2 ** 20 });
    expect(priceOf(far[1]!, far[0]!)).toContain('some neighbours all the same in bf16');
  });

  test('reads like words', () => {
    expect(listOf([])).toBe('');
    expect(listOf(['a'])).toBe('a');
    expect(listOf(['a', 'b', 'c'])).toBe('a, b and c');
    expect(short(2048)).toBe('2\u202f048');
    expect(short(1.2698)).toBe('1.27');
    expect(treatmentText({ kept: 0, between: 3, divided: 1 }, 8)).toBe('3 between, 1 divided by 8');
  });
});

describe('what is taken away', () => {
  test('both texts of a config are that config, for every scheme of every model', () => {
    for (const slug of ['own', ...presets.map((preset) => preset.slug)]) {
      for (const { config } of compare(withModel({ ...defaults, betaFast: 16 }, slug))) {
        const plain = { ...config, assumptions: [] };
        expect(ropeConfig(JSON.parse(configJson(config)))).toEqual(plain);
        const source = configSource(config);
        const literal = source.slice(source.indexOf('= ') + 2, source.lastIndexOf(';'));
        expect(ropeConfig(new Function(`return ${literal};`)())).toEqual(plain);
      }
    }
  });

  test('the report as JSON has every number', () => {
    const schemes = compare(defaults);
    const { package: from, schemes: saved } = JSON.parse(reportJson(schemes));
    expect(from).toMatch(/^webgpu-rope \d+\.\d+\.\d+/);
    expect(saved.map(({ name }: { name: string }) => name)).toEqual(schemeNames);
    for (const [i, { report }] of schemes.entries()) {
      expect(saved[i].report.pairs).toEqual(report.pairs);
      expect(saved[i].report.decay.mean).toEqual(Array.from(report.decay.mean));
      expect(saved[i].report.summary).toEqual(report.summary);
    }
  });
});
