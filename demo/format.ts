/** Numbers as the page writes them: three significant digits, thin groups, units that fit and never part from them. */

/** 1 048 576, with narrow no-break spaces. */
export function integer(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
}

/** Three significant digits, without an exponent where one is not needed: 0.0123, 8.53, 104. */
export function significant(value: number, digits = 3): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return scientific(value, digits);
  if (size >= 10 ** digits) return integer(Math.round(value));
  return value.toPrecision(digits);
}

/** 1.31 × 10⁻⁷. */
export function scientific(value: number, digits = 3): string {
  if (value === 0) return '0';
  if (!Number.isFinite(value)) return String(value);
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e') as [string, string];
  const raised = exponent.replace('+', '').replace(/./g, (c) => superscripts[c] ?? c);
  return `${mantissa}\u202f×\u202f10${raised}`;
}

const superscripts: Record<string, string> = {
  '-': '⁻',
  0: '⁰',
  1: '¹',
  2: '²',
  3: '³',
  4: '⁴',
  5: '⁵',
  6: '⁶',
  7: '⁷',
  8: '⁸',
  9: '⁹',
};

/** A base of frequencies: 500 000, or with six digits where it is not whole. */
export function thetaText(theta: number): string {
  return Number.isInteger(theta) ? integer(theta) : significant(theta, 6);
}

/** A true minus sign is as wide as a digit. */
export function withMinus(text: string): string {
  return text.replace('-', '−');
}

/** Begins a sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** 10.5 MB, in powers of ten, with a no-break space as in all that has a unit. */
export function bytes(value: number): string {
  if (value < 1000) return `${value}\u00a0B`;
  const units = ['kB', 'MB', 'GB'];
  const step = Math.min(units.length, Math.floor(Math.log10(value) / 3));
  return `${(value / 1000 ** step).toPrecision(3)}\u00a0${units[step - 1]}`;
}

/** 26 %, 0.8 %, 104 %. */
export function percent(share: number): string {
  const value = share * 100;
  if (!Number.isFinite(value)) return String(value);
  return `${value < 1 && value > 0 ? value.toPrecision(1) : Math.round(value)}\u202f%`;
}

/** 8.53 ms, or µs below a tenth of one. */
export function milliseconds(value: number): string {
  return value < 0.1 ? `${significant(value * 1000)}\u00a0µs` : `${significant(value)}\u00a0ms`;
}

/** 0.415 GB/s, from 1e9 bytes a second. */
export function rate(gbPerSecond: number): string {
  return `${significant(gbPerSecond)}\u00a0GB/s`;
}

/** The same text for a terminal: plain spaces, no superscripts. */
export function plain(text: string): string {
  const back = Object.fromEntries(Object.entries(superscripts).map(([ascii, raised]) => [raised, ascii]));
  return text
    .replace(
      /\u202f×\u202f10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)/g,
      (_, raised: string) => `e${raised.replace(/./gu, (c) => back[c] ?? c)}`,
    )
    .replace(/\u202f%/g, '%')
    .replace(/[\u00a0\u202f]/g, ' ');
}
