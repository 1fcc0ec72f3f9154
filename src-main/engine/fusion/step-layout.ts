// What a step product (step-products.ts) is, which ones the kernels take, and how their scratch memory is laid out: tables of
// sums, the rows being added up, a list of rows, and indices into the tables.

export interface StepProduct {
  /** With respect to what the layer reads, G Wᵀ [rows, columns]; to its weights, Xᵀ G [columns, units]; to its biases, 1ᵀ G [1, units]. */
  of: 'input' | 'weight' | 'bias';
  rows: number;
  units: number;
  columns: number;
  /** Whether the gradient of the layer below goes on through its own max(x, 0): zero where what it gives, [rows, columns], is not above 0. */
  isMasked: boolean;
}
export const bytesPerEntry = 4;
export const bytesPerVector = 16;
export const bytesPerIndex = 2;
/** Bits that choose a sum together, and what they choose among. */
export const bitsPerGroup = 4;
export const sumsPerGroup = 16;
/** Tables of so many groups, and of so many columns at once, fit into the processor's first cache with the sums of the rows. */
export const groupsAtOnce = 16;
export const vectorsAtOnce = 4;
export const tableWidth = vectorsAtOnce * bytesPerVector;
export const groupBytes = sumsPerGroup * tableWidth;
/** An index is the sum's place in bytes: the bits stand above those of a place within a sum. */
export const indexShift = Math.log2(tableWidth);

export const tablesPlace = 0;
export const sumsPlace = tablesPlace + groupsAtOnce * groupBytes;
/** Rows of the product as it is added up, and what is added up for each. */
export const extents = ({ of, rows, units }: StepProduct) =>
  of === 'input' ? { lines: rows, inner: units } : { lines: units, inner: rows };
export const listPlace = (product: StepProduct): number => sumsPlace + extents(product).lines * tableWidth;
export const indexPlace = (product: StepProduct): number => listPlace(product) + extents(product).lines * bytesPerEntry;

/** Entries of the scratch tensor. */
export function scratchEntries(product: StepProduct): number {
  const { lines, inner } = extents(product);
  return product.of === 'bias' ? 1 : Math.ceil((indexPlace(product) + (lines * inner * bytesPerIndex) / bitsPerGroup) / bytesPerEntry);
}

/** Extents that the kernels take. */
export const isPossible = ({ of, rows, units, columns }: StepProduct): boolean =>
  units % bitsPerGroup === 0 && (of === 'bias' || columns % bitsPerGroup === 0) && (of !== 'weight' || rows % bitsPerGroup === 0);
