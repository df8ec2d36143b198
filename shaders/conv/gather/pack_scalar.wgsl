// The packing of w by single rows of A: for any number of them.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

const ROWS: u32 = 1u;

@group(0) @binding(2) var<storage, read_write> packed: array<f32>;

// The first tap of a row in w, and whether the row exists.
struct Rows {
    first: u32,
    exists: bool,
}

fn rows_at(first: u32, m: u32) -> Rows {
    // A row's padding is zero, read from an element that exists.
    return Rows(first + min(m, params.outputs - 1u) * params.output_stride, m < params.outputs);
}

fn store_rows(to: u32, rows: Rows, tap: u32) {
    let at = rows.first + tap;
    packed[to] = select(0.0, element(w[slot(at)], at), rows.exists);
}

fn store_zeros(to: u32) {
    packed[to] = 0.0;
}
