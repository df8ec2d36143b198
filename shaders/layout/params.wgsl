// Matrices of rows x columns, one after the other, and their transposes.
struct TransposeParams {
    batch: u32,
    rows: u32,
    columns: u32,
    x_base: u32,
    y_base: u32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
}
