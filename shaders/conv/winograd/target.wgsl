// A' M A of the sums of products M of every tile and output channel (tiles.wgsl), and what else a store does: an invocation a tile
// of a channel, which is 2 x 2 cells of the target, or those of them that it has. No workgroup memory.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: TileParams;
@group(0) @binding(1) var<storage, read> products: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;
@group(0) @binding(3) var<storage, read> b: array<f32>;

fn row_of_products(first: u32, step: u32) -> vec4<f32> {
    return vec4<f32>(products[first], products[first + step], products[first + 2u * step], products[first + 3u * step]);
}

// A row times A.
fn times_a(row: vec4<f32>) -> vec2<f32> {
    return vec2<f32>(row.x + row.y + row.z, row.y - row.z - row.w);
}

// The cells of a tile, row by row.
fn cells_at(index: u32) -> vec4<f32> {
    let step = params.count;
    let row0 = row_of_products(index, step);
    let row1 = row_of_products(index + 4u * step, step);
    let row2 = row_of_products(index + 8u * step, step);
    let row3 = row_of_products(index + 12u * step, step);
    return vec4<f32>(times_a(row0 + row1 + row2), times_a(row1 - row2 - row3));
}

fn store_tile(index: u32, initial: f32, tile: Tile) {
    let h = 2u * tile.row;
    let w = 2u * tile.column;
    let right = w + 1u < params.extent_w;
    let below = h + 1u < params.extent_h;
    // Cells that do not exist are read as the first one, and not stored.
    let exists = vec4<bool>(true, right, below, right && below);
    let cells = vec4<u32>(0u, 1u, params.extent_w, params.extent_w + 1u);
    let first = plane_of(tile) + h * params.extent_w + w;
    let at = vec4<u32>(first) + select(vec4<u32>(0u), cells, exists);
    var total = with_side(at, cells_at(index) + vec4<f32>(initial), params.slope);
    if (ACCUMULATE == 1u) {
        total += vec4<f32>(out[at.x], out[at.y], out[at.z], out[at.w]);
    }
    total = four_activated(total, params.slope);
    out[at.x] = total.x;
    if (exists.y) {
        out[at.y] = total.y;
    }
    if (exists.z) {
        out[at.z] = total.z;
    }
    if (exists.w) {
        out[at.w] = total.w;
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn transform_products(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index >= params.count) {
        return;
    }
    let tile = tile_at(index);
    if (tile.exists) {
        store_tile(index, 0.0, tile);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn transform_products_bias(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index >= params.count) {
        return;
    }
    let tile = tile_at(index);
    if (tile.exists) {
        store_tile(index, b[tile.channel], tile);
    }
}
