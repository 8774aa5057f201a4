import { expect, test } from 'vitest';
import { shortenNames } from '../../scripts/wgsl-names';
import { minifyWgsl } from '../../scripts/wgsl-text';

test('line comments end at every line break that WGSL knows', () => {
  for (const lineBreak of ['\n', '\v', '\f', '\r', '\r\n', '\u0085', '\u2028', '\u2029']) {
    expect(minifyWgsl(`let a = 1; // one /* not a block${lineBreak}let b = 2;`)).toBe('let a=1;let b=2;');
  }
  expect(minifyWgsl('let a = 1; // last line')).toBe('let a=1;');
});

test('block comments nest, hide line comments and separate words', () => {
  expect(minifyWgsl('a /* x /* y */ z */ b')).toBe('a b');
  expect(minifyWgsl('let/* // */a = 1;')).toBe('let a=1;');
  expect(minifyWgsl('a /**/ b /***/ c /*/ */ d')).toBe('a b c d');
});

test('a block comment that is never closed is refused', () => {
  expect(() => minifyWgsl('a /* b /* c */')).toThrow(
    new SyntaxError('block comment at offset 2 is never closed'),
  );
});

test('blanks stay where two tokens would become one', () => {
  expect(minifyWgsl('x - -y; p & &q; a / /* c */ /b; i + +j; m > = n; ! = z')).toBe(
    'x- -y;p& &q;a/ /b;i+ +j;m> =n;! =z',
  );
  expect(minifyWgsl('enable f16; let a = 1 .0;')).toBe('enable f16;let a=1 .0;');
});

test('blanks go where they separate nothing', () => {
  const source = `
    @compute @workgroup_size(64, 1)
    fn main( @builtin(global_invocation_id) id : vec3<u32> ) {
      let x : vec2<f32> = vec2<f32>( 1.0 , 2.0 ) ;
      return ;
    }
  `;
  expect(minifyWgsl(source)).toBe(
    '@compute@workgroup_size(64,1)fn main(@builtin(global_invocation_id)id:vec3<u32>){let x:vec2<f32> =vec2<f32>(1.0,2.0);return;}',
  );
});

test('small WGSL stays as it is', () => {
  const small = minifyWgsl('fn f(a: u32) -> u32 { return a * 2u; } // double');
  expect(minifyWgsl(small)).toBe(small);
});

test('what is declared gets short names, the same in all texts; entry points, overrides, what is bound and words of WGSL keep theirs', () => {
  const main =
    '@compute@workgroup_size(WORKGROUP)fn main(@builtin(workgroup_id)workgroup_id:vec3u){let all=workgroup_id.x;';
  const short = '@compute@workgroup_size(WORKGROUP)fn main(@builtin(workgroup_id)C:vec3u){let all=C.x;';
  const texts = [
    `override WORKGROUP:u32=64;const A=2u;struct Item{@size(16)size:u32,unit:u32}fn twice(item:Item)->u32{return A*item.size;}${main}twice(Item(all));}`,
    `@group(0)@binding(0)var<storage,read>words:array<vec2u>;fn thrice(item:Item)->bool{return all(words[item.unit].yx>0);}${main}thrice(Item(all));}`,
  ];
  expect(shortenNames(texts)).toEqual([
    `override WORKGROUP:u32=64;const D=2u;struct A{@size(16)E:u32,F:u32}fn G(B:A)->u32{return D*B.E;}${short}G(A(all));}`,
    `@group(0)@binding(0)var<storage,read>words:array<vec2u>;fn H(B:A)->bool{return all(words[B.F].yx>0);}${short}H(A(all));}`,
  ]);
});
