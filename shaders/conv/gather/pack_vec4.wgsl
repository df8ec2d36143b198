// The packing of w by four rows of A at once: for whole fours of rows.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

const ROWS: u32 = 4u;

@group(0) @binding(2) var<storage, read_write> packed: array<vec4<f32>>;

// The first tap of each row in w, and whether the row exists.
struct Rows {
    first: vec4<u32>,
    exists: vec4<bool>,
}

fn rows_at(first: u32, m: u32) -> Rows {
    let rows = vec4<u32>(m) + vec4<u32>(0u, 1u, 2u, 3u);
    // A row's padding is zero, read from an element that exists.
    let existing = min(rows, vec4<u32>(params.outputs - 1u));
    return Rows(vec4<u32>(first) + existing * params.output_stride, rows < vec4<u32>(params.outputs));
}

fn store_rows(to: u32, rows: Rows, tap: u32) {
    let at = rows.first + vec4<u32>(tap);
    packed[to] = select(vec4<f32>(0.0), four_elements(w[slot(at.x)], w[slot(at.y)], w[slot(at.z)], w[slot(at.w)], at), rows.exists);
}

fn store_zeros(to: u32) {
    packed[to] = vec4<f32>(0.0);
}
