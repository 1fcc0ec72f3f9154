// Functions that WebAssembly has no instruction for, four floats at a time, to a few units in the last place.
// Ranges and polynomials of exp and tanh: Moshier, Cephes Mathematical Library, single precision (expf.c, tanhf.c),
// https://www.netlib.org/cephes. Logarithms by the series of the inverse hyperbolic tangent.
import {
  call,
  type Code,
  constant,
  get,
  integerConstant,
  operation,
  set,
  shift,
  v128,
  type VectorOperation,
  type WasmFunction,
} from './assembler.ts';

export const mathFunctions = ['Exp', 'Log', 'Tanh', 'Sigmoid', 'Softplus'] as const;
export type MathFunction = (typeof mathFunctions)[number];

const on = (name: VectorOperation, ...operands: readonly Code[]): Code => [...operands.flat(), ...operation(name)];
const plus = (a: Code, b: Code): Code => on('Add', a, b);
const times = (a: Code, b: Code): Code => on('Mul', a, b);
const minus = (a: Code, b: Code): Code => on('Sub', a, b);
/** `chosen` where `mask` has ones, else `other`. */
const select = (chosen: Code, other: Code, mask: Code): Code => on('Select', chosen, other, mask);
/** Horner's rule, the highest power's factor first. */
const polynomial = (of: Code, [first = 0, ...factors]: readonly number[]): Code =>
  factors.reduce((sum, factor) => plus(times(sum, of), constant(factor)), constant(first));

const x = get(0);
const one = constant(1);
const magnitude = on('Abs', x);
const index = (name: MathFunction): number => mathFunctions.indexOf(name);

/** ln 2 in two parts: products of the first with small whole numbers are exact. */
const [ln2High, ln2Low] = [0.693359375, -2.1219444e-4];
const smallestNormal = 1.17549435e-38;
const signBit = -0x80000000;

/** eˣ = 2ⁿ·eʳ with |r| ≤ ln 2 / 2; 2ⁿ in two factors, as one alone can leave single precision where eˣ does not. */
function exp(): Code {
  const [n, r, whole, half] = [1, 2, 3, 4];
  const powerOfTwo = (of: Code): Code => [...on('AddInteger', of, integerConstant(127)), ...shift('ShiftLeft', 23)];
  const series = polynomial(get(r), [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1]);
  return [
    ...on('AtMost', on('NotBelow', x, constant(-104)), constant(89)),
    ...set(r),
    ...on('Nearest', times(get(r), constant(Math.LOG2E))),
    ...set(n),
    ...minus(minus(get(r), times(get(n), constant(ln2High))), times(get(n), constant(ln2Low))),
    ...set(r),
    ...on('ToInteger', get(n)),
    ...set(whole),
    ...get(whole),
    ...shift('ShiftRight', 1),
    ...set(half),
    ...times(
      times(plus(plus(times(times(series, get(r)), get(r)), get(r)), one), powerOfTwo(get(half))),
      powerOfTwo(on('SubInteger', get(whole), get(half))),
    ),
  ];
}

/** 2·artanh s = 2(s + s³/3 + s⁵/5 + …) to s¹⁷: for 0 ≤ s ≤ 1/3 what is left out is far below the last place. */
function twiceArtanh(s: number, square: number): Code {
  const factors = Array.from({ length: 9 }, (_, k) => 1 / (17 - 2 * k));
  return [...times(get(s), get(s)), ...set(square), ...times(plus(get(s), get(s)), polynomial(get(square), factors))];
}

/** ln x = e·ln 2 + ln m with √½ < m ≤ √2. Subnormal numbers count as zero, as everywhere on the cpu device. */
function log(): Code {
  const [m, e, mask, s, square] = [1, 2, 3, 4, 5];
  // Zero gives −∞; negative numbers, ∞ and NaN what their square roots are: NaN, ∞ and NaN.
  const special = select(constant(-Infinity), on('Sqrt', x), on('Less', magnitude, constant(smallestNormal)));
  const isOrdinary = on('And', on('GreaterOrEqual', x, constant(smallestNormal)), on('Less', x, constant(Infinity)));
  return [
    ...on('SubInteger', [...x, ...shift('ShiftRight', 23)], integerConstant(127)),
    ...operation('FromInteger'),
    ...set(e),
    ...on('Or', on('And', x, integerConstant(0x007fffff)), integerConstant(0x3f800000)),
    ...set(m),
    ...on('Greater', get(m), constant(Math.SQRT2)),
    ...set(mask),
    ...select(times(get(m), constant(0.5)), get(m), get(mask)),
    ...set(m),
    ...select(plus(get(e), one), get(e), get(mask)),
    ...set(e),
    ...on('Div', minus(get(m), one), plus(get(m), one)),
    ...set(s),
    ...twiceArtanh(s, square),
    ...set(m),
    ...plus(times(get(e), constant(ln2High)), plus(times(get(e), constant(ln2Low)), get(m))),
    ...set(m),
    ...select(get(m), special, isOrdinary),
  ];
}

/** Near zero a polynomial, elsewhere 1 − 2/(e^(2|x|) + 1) with the sign of x. */
function tanh(): Code {
  const [square, far] = [1, 2];
  const series = polynomial(get(square), [-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1]);
  return [
    ...times(x, x),
    ...set(square),
    ...minus(one, on('Div', constant(2), plus([...plus(magnitude, magnitude), ...call(index('Exp'))], one))),
    ...set(far),
    ...select(
      plus(x, times(x, times(get(square), series))),
      on('Or', get(far), on('And', x, integerConstant(signBit))),
      on('Less', magnitude, constant(0.625)),
    ),
  ];
}

const sigmoid = (): Code => on('Div', one, plus(one, [...on('Neg', x), ...call(index('Exp'))]));

/** max(x, 0) + ln(1 + e^−|x|), the logarithm as 2·artanh(y / (2 + y)): exact where y is small too. */
function softplus(): Code {
  const [y, s, square] = [1, 2, 3];
  return [
    ...on('Neg', magnitude),
    ...call(index('Exp')),
    ...set(y),
    ...on('Div', get(y), plus(constant(2), get(y))),
    ...set(s),
    ...twiceArtanh(s, square),
    ...set(y),
    ...plus(on('NotBelow', x, constant(0)), get(y)),
  ];
}

const bodies: Record<MathFunction, { body: Code; locals: number }> = {
  Exp: { body: exp(), locals: 4 },
  Log: { body: log(), locals: 5 },
  Tanh: { body: tanh(), locals: 2 },
  Sigmoid: { body: sigmoid(), locals: 0 },
  Softplus: { body: softplus(), locals: 3 },
};

/** One function of a vector each, in the order of `mathFunctions`: they call one another by their places, from 0. */
export const mathLibrary: readonly WasmFunction[] = mathFunctions.map((name) => {
  const { body, locals } = bodies[name];
  return { parameters: [v128], result: v128, locals: [{ count: locals, type: v128 }], body };
});

/** Applies a function to the vector on the stack, in a module that begins with the library. */
export const apply = (name: MathFunction): Code => call(index(name));
