// Products with the gradient of a layer of max(x, 0) that a single unit reads: G[b, j] = u[b]·v[j] where y[b, j] > 0, else 0.
// Between u and v stand only zeros and ones, and a product with those needs no multiplication: of four rows of the other
// matrix, the sixteen sums that their zeros and ones can choose are made once, and each row of the result adds up such sums.
// Arlazarov, Dinic, Kronrod and Faradzhev (1970), On economical construction of the transitive closure of a directed graph.
import {
  addIntegers,
  type Code,
  clear,
  constant,
  extractInteger,
  get,
  i32,
  ifDifferent,
  integer,
  integerConstant,
  isNotZero,
  load,
  loadInteger,
  loadShort,
  multiplyIntegers,
  operation,
  orIntegers,
  repeat,
  set,
  shiftLeft,
  shuffle,
  store,
  storeInteger,
  storeShort,
  type Target,
  v128,
  type WasmFunction,
} from './assembler.ts';
import {
  bitsPerGroup,
  bytesPerEntry,
  bytesPerIndex,
  bytesPerVector,
  extents,
  groupBytes,
  groupsAtOnce,
  indexPlace,
  indexShift,
  listPlace,
  type StepProduct,
  sumsPerGroup,
  sumsPlace,
  tablesPlace,
  tableWidth,
  vectorsAtOnce,
} from './step-layout.ts';

/**
 * The function's operands: y [rows, units], u [rows], v [units], W [columns, units] or X [rows, columns], what masks the result,
 * the result, scratch. Those that a product does not have are not looked at.
 */
const [yOperand, uOperand, vOperand, otherOperand, maskOperand, resultOperand, scratchOperand] = [0, 1, 2, 3, 4, 5, 6];

/** @param memories which memory each operand is in, in the operands' order */
export function stepProductFunction(product: StepProduct, memories: readonly number[]): WasmFunction {
  const emitter = new Emitter(product, memories);
  return {
    parameters: memories.map(() => i32),
    result: null,
    body: emitter.body(),
    locals: [
      { count: emitter.integers - memories.length, type: i32 },
      { count: emitter.vectors - emitter.integers, type: v128 },
    ],
  };
}

const sum = (first: Code, ...rest: readonly Code[]): Code => [...first, ...rest.flatMap((code) => [...code, ...addIntegers])];
const times = (code: Code, by: number): Code => [...code, ...integer(by), ...multiplyIntegers];
const move = (local: number, bytes: number): Code => [...get(local), ...integer(bytes), ...addIntegers, ...set(local)];
const ifPositive = [...constant(0), ...operation('Greater')];
const range = (count: number): number[] => [...Array(count).keys()];

class Emitter {
  readonly #product: StepProduct;
  readonly #memories: readonly number[];
  /** Locals: the first after whole numbers, and after all. */
  integers: number;
  vectors: number;

  // Byte counters: over the columns of the other matrix, over groups, and over lines; addresses of a sum or table entry, of
  // indices, of a source and of a line; and the bytes of as many lines as there are, 4 each.
  readonly #column: number;
  readonly #group: number;
  readonly #line: number;
  readonly #pointer: number;
  readonly #indices: number;
  readonly #source: number;
  readonly #address: number;
  readonly #lines: number;
  readonly #four: readonly number[];
  readonly #spare: readonly number[];
  readonly #table: readonly number[];
  readonly #factor: readonly number[];

  constructor(product: StepProduct, memories: readonly number[]) {
    this.#product = product;
    this.#memories = memories;
    const first = memories.length;
    [this.#column, this.#group, this.#line, this.#pointer, this.#indices, this.#source, this.#address, this.#lines] = range(8).map(
      (k) => first + k,
    ) as [number, number, number, number, number, number, number, number];
    this.integers = first + 8;
    const vectors = (from: number, count: number): number[] => range(count).map((k) => this.integers + from + k);
    [this.#four, this.#spare, this.#table, this.#factor] = [vectors(0, 4), vectors(4, 4), vectors(8, sumsPerGroup), vectors(24, 4)];
    this.vectors = this.integers + 28;
  }

  body(): Code {
    if (this.#product.of === 'bias') return this.#biases();
    return this.#product.of === 'input' ? this.#inputs() : this.#weights();
  }

  #at(operand: number, offset = 0): Target {
    return { memory: this.#memories[operand] as number, offset };
  }
  #scratch(offset: number): Target {
    return this.#at(scratchOperand, offset);
  }

  /** Rows whose u is not zero are listed and computed; the others' result is zero. */
  #inputs(): Code {
    const { rows, units, columns, isMasked } = this.#product;
    const mask = (offset: number): Code =>
      isMasked
        ? [...sum(get(maskOperand), get(this.#address)), ...load(false, this.#at(maskOperand, offset)), ...ifPositive, ...operation('And')]
        : [];
    const list = this.#scratch(listPlace(this.#product));
    const row = sum(get(scratchOperand), get(this.#line));
    const listed = [
      ...get(this.#pointer),
      ...get(this.#line),
      ...storeInteger(list),
      ...sum(get(this.#pointer), [...sum(get(uOperand), get(this.#line)), ...isNotZero(this.#at(uOperand)), ...shiftLeft(2)]),
      ...set(this.#pointer),
    ];
    const index = (groups: number): Code => [
      ...sum(get(yOperand), get(this.#source), times([...row, ...loadInteger(list)], units)),
      ...set(this.#address),
      ...range(groups).flatMap((group) => [
        ...get(this.#indices),
        ...get(this.#address),
        ...load(false, this.#at(yOperand, group * bytesPerVector)),
        ...ifPositive,
        ...operation('SignBits'),
        ...shiftLeft(indexShift),
        ...integer(group * groupBytes),
        ...orIntegers,
        ...storeShort(this.#scratch(indexPlace(this.#product) + group * bytesPerIndex)),
      ]),
      ...move(this.#indices, groups * bytesPerIndex),
    ];
    const fill = (vectors: number): Code => [
      ...sum(get(vOperand), get(this.#source)),
      ...load(false, this.#at(vOperand)),
      ...set(this.#factor[0] as number),
      ...sum(get(otherOperand), times(get(this.#column), units), get(this.#source)),
      ...set(this.#address),
      ...range(vectors).flatMap((vector) => [
        ...this.#four.flatMap((local, k) => [
          ...get(this.#address),
          ...load(false, this.#at(otherOperand, (vector * 4 + k) * units * bytesPerEntry)),
          ...get(this.#factor[0] as number),
          ...operation('Mul'),
          ...set(local),
        ]),
        ...this.#transpose(),
        ...this.#sums(vector),
      ]),
      ...move(this.#source, bytesPerVector),
    ];
    const write = (vectors: number): Code => [
      ...row,
      ...loadInteger(list),
      ...set(this.#address),
      ...sum(get(uOperand), get(this.#address)),
      ...load(true, this.#at(uOperand)),
      ...set(this.#factor[0] as number),
      ...sum(get(this.#column), times(get(this.#address), columns)),
      ...set(this.#address),
      ...range(vectors).flatMap((vector) => [
        ...sum(get(resultOperand), get(this.#address)),
        ...get(this.#pointer),
        ...load(false, this.#scratch(sumsPlace + vector * bytesPerVector)),
        ...get(this.#factor[0] as number),
        ...operation('Mul'),
        ...mask(vector * bytesPerVector),
        ...store(false, this.#at(resultOperand, vector * bytesPerVector)),
      ]),
      ...move(this.#pointer, tableWidth),
    ];
    return [
      ...get(scratchOperand),
      ...set(this.#pointer),
      ...integer(0),
      ...set(this.#line),
      ...repeat(listed, this.#line, bytesPerEntry, rows * bytesPerEntry),
      ...get(this.#pointer),
      ...get(scratchOperand),
      0x6b,
      ...set(this.#lines),
      ...ifDifferent(get(this.#lines), integer(rows * bytesPerEntry), [
        ...get(resultOperand),
        ...clear(rows * columns * bytesPerEntry, this.#memories[resultOperand] as number),
      ]),
      ...ifDifferent(get(this.#lines), integer(0), [
        ...get(scratchOperand),
        ...set(this.#indices),
        ...integer(0),
        ...set(this.#source),
        ...this.#chunks((groups) => [...this.#eachLine(index(groups)), ...move(this.#source, groups * bytesPerVector)]),
        ...this.#columns((vectors) => [
          ...this.#addUp(vectors, fill),
          ...get(scratchOperand),
          ...set(this.#pointer),
          ...this.#eachLine(write(vectors)),
        ]),
      ]),
    ];
  }

  /** Lines are units; the result is turned as it is written. */
  #weights(): Code {
    const { units, columns } = this.#product;
    const rowBytes = units * bytesPerEntry;
    const index = (groups: number): Code => [
      ...range(groups).flatMap((group) => [
        ...range(bitsPerGroup).flatMap((bit) => [
          ...get(this.#address),
          ...load(false, this.#at(yOperand, (group * bitsPerGroup + bit) * rowBytes)),
          ...ifPositive,
          ...integerConstant(1 << (indexShift + bit)),
          ...operation('And'),
          ...(bit > 0 ? operation('Or') : []),
        ]),
        ...integerConstant(group * groupBytes),
        ...operation('Or'),
        ...set(this.#four[0] as number),
        ...range(4).flatMap((lane) => [
          ...get(this.#indices),
          ...get(this.#four[0] as number),
          ...extractInteger(lane),
          ...storeShort(this.#scratch(indexPlace(this.#product) + (lane * groups + group) * bytesPerIndex)),
        ]),
      ]),
      ...move(this.#address, bytesPerVector),
      ...move(this.#indices, 4 * groups * bytesPerIndex),
    ];
    const fill = (vectors: number): Code => [
      ...this.#factor.flatMap((local, k) => [
        ...sum(get(uOperand), get(this.#source)),
        ...load(true, this.#at(uOperand, k * bytesPerEntry)),
        ...set(local),
      ]),
      ...sum(get(otherOperand), get(this.#column), times(get(this.#source), columns)),
      ...set(this.#address),
      ...range(vectors).flatMap((vector) => [
        ...this.#four.flatMap((local, k) => [
          ...get(this.#address),
          ...load(false, this.#at(otherOperand, k * columns * bytesPerEntry + vector * bytesPerVector)),
          ...get(this.#factor[k] as number),
          ...operation('Mul'),
          ...set(local),
        ]),
        ...this.#sums(vector),
      ]),
      ...move(this.#source, bytesPerVector),
    ];
    const write = (vectors: number): Code => [
      ...sum(get(vOperand), get(this.#line)),
      ...load(false, this.#at(vOperand)),
      ...set(this.#factor[0] as number),
      ...sum(get(resultOperand), get(this.#line), times(get(this.#column), units)),
      ...set(this.#address),
      ...range(vectors).flatMap((vector) => [
        ...this.#four.flatMap((local, k) => [
          ...get(this.#pointer),
          ...load(false, this.#scratch(sumsPlace + k * tableWidth + vector * bytesPerVector)),
          ...set(local),
        ]),
        ...this.#transpose(),
        ...this.#four.flatMap((local, k) => [
          ...get(this.#address),
          ...get(local),
          ...get(this.#factor[0] as number),
          ...operation('Mul'),
          ...store(false, this.#at(resultOperand, (vector * 4 + k) * rowBytes)),
        ]),
      ]),
      ...move(this.#pointer, 4 * tableWidth),
    ];
    const everyFour = (body: Code): Code => [
      ...integer(0),
      ...set(this.#line),
      ...repeat(body, this.#line, bytesPerVector, units * bytesPerEntry),
    ];
    return [
      ...integer(units * bytesPerEntry),
      ...set(this.#lines),
      ...get(scratchOperand),
      ...set(this.#indices),
      ...get(yOperand),
      ...set(this.#source),
      ...this.#chunks((groups) => [
        ...get(this.#source),
        ...set(this.#address),
        ...everyFour(index(groups)),
        ...move(this.#source, groups * bitsPerGroup * rowBytes),
      ]),
      ...this.#columns((vectors) => [
        ...this.#addUp(vectors, fill),
        ...get(scratchOperand),
        ...set(this.#pointer),
        ...everyFour(write(vectors)),
      ]),
    ];
  }

  #biases(): Code {
    const { rows, units } = this.#product;
    return this.#columns((vectors) => {
      const sums = this.#four.slice(0, vectors);
      const add = sums.flatMap((local, k) => [
        ...get(local),
        ...get(this.#address),
        ...load(false, this.#at(yOperand, k * bytesPerVector)),
        ...ifPositive,
        ...get(this.#factor[0] as number),
        ...operation('And'),
        ...operation('Add'),
        ...set(local),
      ]);
      const row = [
        ...sum(get(uOperand), get(this.#line)),
        ...load(true, this.#at(uOperand)),
        ...set(this.#factor[0] as number),
        ...add,
        ...move(this.#address, units * bytesPerEntry),
      ];
      const write = sums.flatMap((local, k) => [
        ...sum(get(resultOperand), get(this.#column)),
        ...get(local),
        ...sum(get(vOperand), get(this.#column)),
        ...load(false, this.#at(vOperand, k * bytesPerVector)),
        ...operation('Mul'),
        ...store(false, this.#at(resultOperand, k * bytesPerVector)),
      ]);
      return [
        ...sums.flatMap((local) => [...constant(0), ...set(local)]),
        ...sum(get(yOperand), get(this.#column)),
        ...set(this.#address),
        ...integer(0),
        ...set(this.#line),
        ...repeat(row, this.#line, bytesPerEntry, rows * bytesPerEntry),
        ...write,
      ];
    }, units);
  }

  /** The body for as many groups as make tables at once, again and again, then for those that are left. */
  #chunks(body: (groups: number, isFirst: boolean) => Code): Code {
    const groups = extents(this.#product).inner / bitsPerGroup;
    const [whole, rest] = [Math.floor(groups / groupsAtOnce), groups % groupsAtOnce];
    const code: Code = whole > 0 ? body(groupsAtOnce, true) : [];
    if (whole > 1) code.push(...integer(1), ...set(this.#group), ...repeat(body(groupsAtOnce, false), this.#group, 1, whole));
    return rest > 0 ? [...code, ...body(rest, whole === 0)] : code;
  }

  /** The body for as many columns as a table has, again and again, then for those that are left. */
  #columns(body: (vectors: number) => Code, columns = this.#product.columns): Code {
    const bytes = columns * bytesPerEntry;
    const whole = bytes - (bytes % tableWidth);
    const code: Code = [...integer(0), ...set(this.#column)];
    if (whole > 0) code.push(...repeat(body(vectorsAtOnce), this.#column, tableWidth, whole));
    return whole < bytes ? [...code, ...body((bytes - whole) / bytesPerVector)] : code;
  }

  #eachLine(body: Code): Code {
    return [...integer(0), ...set(this.#line), ...repeat(body, this.#line, bytesPerEntry, get(this.#lines))];
  }

  /** Some columns of the product, in scratch. @param fill makes a group's tables, and moves on to the next group */
  #addUp(vectors: number, fill: (vectors: number) => Code): Code {
    return [
      ...get(scratchOperand),
      ...set(this.#indices),
      ...integer(0),
      ...set(this.#source),
      ...this.#chunks((groups, isFirst) => [
        ...get(scratchOperand),
        ...set(this.#pointer),
        ...integer(0),
        ...set(this.#line),
        ...repeat([...fill(vectors), ...move(this.#pointer, groupBytes)], this.#line, 1, groups),
        ...get(scratchOperand),
        ...set(this.#pointer),
        ...this.#eachLine(this.#lookUp(groups, vectors, isFirst)),
      ]),
    ];
  }

  /** Adds the chosen sums of some groups to a line's. */
  #lookUp(groups: number, vectors: number, isFirst: boolean): Code {
    const sums = this.#four.slice(0, vectors);
    const place = (k: number): Target => this.#scratch(sumsPlace + k * bytesPerVector);
    return [
      ...sums.flatMap((local, k) => [...(isFirst ? constant(0) : [...get(this.#pointer), ...load(false, place(k))]), ...set(local)]),
      ...range(groups).flatMap((group) => [
        ...sum(get(scratchOperand), [
          ...get(this.#indices),
          ...loadShort(this.#scratch(indexPlace(this.#product) + group * bytesPerIndex)),
        ]),
        ...set(this.#address),
        ...sums.flatMap((local, k) => [
          ...get(local),
          ...get(this.#address),
          ...load(false, this.#scratch(tablesPlace + k * bytesPerVector)),
          ...operation('Add'),
          ...set(local),
        ]),
      ]),
      ...sums.flatMap((local, k) => [...get(this.#pointer), ...get(local), ...store(false, place(k))]),
      ...move(this.#pointer, tableWidth),
      ...move(this.#indices, groups * bytesPerIndex),
    ];
  }

  /** The sixteen sums of the four vectors, into a table. */
  #sums(vector: number): Code {
    return this.#table.flatMap((local, chosen) => {
      const highest = 31 - Math.clz32(chosen);
      const rest = chosen ^ (1 << highest);
      const made =
        chosen === 0
          ? constant(0)
          : rest === 0
            ? get(this.#four[highest] as number)
            : [...get(this.#table[rest] as number), ...get(this.#four[highest] as number), ...operation('Add')];
      return [
        ...made,
        ...set(local),
        ...get(this.#pointer),
        ...get(local),
        ...store(false, this.#scratch(tablesPlace + chosen * tableWidth + vector * bytesPerVector)),
      ];
    });
  }

  /** Rows of the four vectors become columns. */
  #transpose(): Code {
    const [a, b, c, d] = this.#four as [number, number, number, number];
    const [e, f, g, h] = this.#spare as [number, number, number, number];
    const mix = (from: readonly [number, number], lanes: readonly number[], to: number): Code => [
      ...get(from[0]),
      ...get(from[1]),
      ...shuffle(lanes),
      ...set(to),
    ];
    return [
      ...mix([a, b], [0, 4, 1, 5], e),
      ...mix([a, b], [2, 6, 3, 7], f),
      ...mix([c, d], [0, 4, 1, 5], g),
      ...mix([c, d], [2, 6, 3, 7], h),
      ...mix([e, g], [0, 1, 4, 5], a),
      ...mix([e, g], [2, 3, 6, 7], b),
      ...mix([f, h], [0, 1, 4, 5], c),
      ...mix([f, h], [2, 3, 6, 7], d),
    ];
  }
}
