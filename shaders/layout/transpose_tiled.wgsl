// y = the transpose of each matrix x of a batch, a tile of 32 x 32 a workgroup: it is read along the rows of x and written along
// those of y, both as neighbours, and turned in workgroup memory, whose rows are one element longer so that the elements of a
// column lie in different banks (Ruetsch and Micikevicius, "Optimizing matrix transpose in CUDA", 2009).

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
const SIDE: u32 = 32u;
const NEIGHBOURS: u32 = 1u;
// specialise: end

@group(0) @binding(0) var<uniform> params: TransposeParams;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read_write> out: array<Stored>;

const ROW: u32 = SIDE + 1u;
// Rows of the tile that are moved at once.
const AT_ONCE: u32 = WORKGROUP_SIZE / SIDE;
// Invocations that store a row of the transpose.
const OWNERS: u32 = SIDE / NEIGHBOURS;
const_assert AT_ONCE * SIDE == WORKGROUP_SIZE && SIDE % AT_ONCE == 0u;

var<workgroup> tile: array<f32, SIDE * ROW>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn transpose(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let rows = params.rows;
    let columns = params.columns;
    let index = linear_workgroup(group, groups);
    let across = (columns + SIDE - 1u) / SIDE;
    let down = (rows + SIDE - 1u) / SIDE;
    let matrix = index / (across * down);
    let row = index / across % down * SIDE;
    let column = index % across * SIDE;
    // All take part in the barrier, those of a workgroup behind the last matrix too.
    let exists = matrix < params.batch;
    let line = local / SIDE;
    let lane = local % SIDE;

    let x_first = params.x_base + (matrix * rows + row) * columns + column;
    for (var i = line; i < SIDE; i += AT_ONCE) {
        if (exists && row + i < rows && column + lane < columns) {
            let at = x_first + i * columns + lane;
            tile[i * ROW + lane] = element(x[slot(at)], at);
        }
    }
    workgroupBarrier();
    let y_first = params.y_base + (matrix * columns + column) * rows + row;
    // Of an element of 16 bits the neighbour is the other half of its word: one invocation stores both.
    let owned = local % OWNERS * NEIGHBOURS;
    for (var i = local / OWNERS; i < SIDE; i += AT_ONCE * NEIGHBOURS) {
        if (exists && column + i < columns && row + owned < rows) {
            let at = y_first + i * rows + owned;
            if (NEIGHBOURS == 1u) {
                store(at, tile[owned * ROW + i]);
            } else {
                let pair = vec2<f32>(tile[owned * ROW + i], tile[(owned + 1u) * ROW + i]);
                store_at(vec4<u32>(at, at + 1u, at + 1u, at + 1u), min(rows - row - owned, 2u), pair.xyyy);
            }
        }
    }
}
