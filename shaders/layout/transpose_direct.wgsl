// y = the transpose of each matrix x of a batch: an invocation owns 4 neighbouring rows of a column of x, which are neighbours in
// y. Neighbouring invocations own neighbouring columns. No workgroup memory: for software devices, and for matrices of few rows or
// columns.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: TransposeParams;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read_write> out: array<Stored>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn transpose(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let rows = params.rows;
    let columns = params.columns;
    let index = linear_invocation(group, groups, local);
    let rest = index / columns;
    let column = index - rest * columns;
    let quads = (rows + 3u) / 4u;
    let matrix = rest / quads;
    let row = (rest - matrix * quads) * 4u;
    if (matrix >= params.batch) {
        return;
    }
    let first = params.x_base + (matrix * rows + row) * columns + column;
    let count = rows - row;
    // Rows behind the last one are read as that one, and not stored.
    let i = vec4<u32>(first) + min(vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(count - 1u)) * columns;
    let s = four_slots(i);
    let at = params.y_base + (matrix * columns + column) * rows + row;
    store_at(vec4<u32>(at) + vec4<u32>(0u, 1u, 2u, 3u), count, four_elements(x[s.x], x[s.y], x[s.z], x[s.w], i));
}
