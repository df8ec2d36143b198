// B' D B of every tile and channel of the source (tiles.wgsl): an invocation a tile of a channel. Neighbouring invocations write
// neighbours. No workgroup memory.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: TileParams;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read_write> transformed: array<f32>;

// Four cells of a row; zeros outside of the source.
fn row_at(plane: u32, h: i32, columns: vec4<i32>, columns_inside: vec4<bool>, exists: bool) -> vec4<f32> {
    let inside = columns_inside & vec4<bool>(exists && is_inside(h, params.extent_h));
    // Cells outside are read from an element that exists.
    let at = select(vec4<u32>(0u), vec4<u32>(plane + u32(h) * params.extent_w) + vec4<u32>(columns), inside);
    return select(vec4<f32>(0.0), vec4<f32>(source[at.x], source[at.y], source[at.z], source[at.w]), inside);
}

// A row of D times B.
fn times_b(row: vec4<f32>) -> vec4<f32> {
    return vec4<f32>(row.x - row.z, row.y + row.z, row.z - row.y, row.y - row.w);
}

fn store_row(first: u32, step: u32, row: vec4<f32>) {
    transformed[first] = row.x;
    transformed[first + step] = row.y;
    transformed[first + 2u * step] = row.z;
    transformed[first + 3u * step] = row.w;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn transform_source(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index >= params.count) {
        return;
    }
    let tile = tile_at(index);
    let plane = plane_of(tile);
    let h = i32(2u * tile.row) + params.start_h;
    let columns = vec4<i32>(i32(2u * tile.column) + params.start_w) + vec4<i32>(0, 1, 2, 3);
    let inside = are_inside(columns, params.extent_w);
    let row0 = times_b(row_at(plane, h, columns, inside, tile.exists));
    let row1 = times_b(row_at(plane, h + 1, columns, inside, tile.exists));
    let row2 = times_b(row_at(plane, h + 2, columns, inside, tile.exists));
    let row3 = times_b(row_at(plane, h + 3, columns, inside, tile.exists));
    let step = params.count;
    store_row(index, step, row0 - row2);
    store_row(index + 4u * step, step, row1 + row2);
    store_row(index + 8u * step, step, row2 - row1);
    store_row(index + 12u * step, step, row1 - row3);
}
