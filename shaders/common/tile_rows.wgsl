// Rows of b in workgroup memory (tile.wgsl), as they are.
const SWIZZLE: u32 = 0u;

fn multiply_rows(a: u32, b: u32, sums: ptr<function, Sums>) {
    multiply_row(a, b, sums);
    multiply_row(a + A_ROW, b + B_ROW, sums);
}
