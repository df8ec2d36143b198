// Tiles of 2 x 2 cells of the target, each of which needs 4 x 4 cells of the source: Winograd's F(2 x 2, 3 x 3), by Lavin and Gray,
// "Fast Algorithms for Convolutional Neural Networks" (2015). With B, G and A as there, and D the 4 x 4 cells of a channel,
//
//   tile = A' [ sum over channels of (G w G') * (B' D B) ] A
//
// where * multiplies element by element: 16 products a tile and channel in place of 36. The transforms of D are
// [16][channels of all groups][tiles], those of w [16][outputs of all groups][channels], the sums of products
// [16][outputs of all groups][tiles], so that the sums are a convolution with a 1 x 1 kernel and 16 times the groups.
struct TileParams {
    // Invocations: channels times tiles.
    count: u32,
    // Of all samples, rounded up to whole fours; those of one sample; of a row.
    tiles: u32,
    tiles_of_sample: u32,
    tiles_of_row: u32,
    batch: u32,
    // Of all groups.
    channels: u32,
    // Extents of the tensor that is read, or written, and its first element.
    extent_h: u32,
    extent_w: u32,
    base: u32,
    // Cell of the source under the first tap of the target's first cell.
    start_h: i32,
    start_w: i32,
    // Of a leaky ReLU.
    slope: f32,
    // Division by the three numbers of tiles (common/divide.wgsl).
    magic_tiles: u32,
    shift_tiles: u32,
    magic_sample: u32,
    shift_sample: u32,
    magic_row: u32,
    shift_row: u32,
    unused_a: u32,
    unused_b: u32,
}

// The tile of an invocation.
struct Tile {
    channel: u32,
    n: u32,
    row: u32,
    column: u32,
    // Those that round up to whole fours do not exist.
    exists: bool,
}

fn tile_at(index: u32) -> Tile {
    let channel = divide(index, params.magic_tiles, params.shift_tiles);
    let number = index - channel * params.tiles;
    let n = divide(number, params.magic_sample, params.shift_sample);
    let of_sample = number - n * params.tiles_of_sample;
    let row = divide(of_sample, params.magic_row, params.shift_row);
    return Tile(channel, n, row, of_sample - row * params.tiles_of_row, n < params.batch);
}

// Where the tensor's plane of a tile's channel begins.
fn plane_of(tile: Tile) -> u32 {
    return params.base + (tile.n * params.channels + tile.channel) * (params.extent_h * params.extent_w);
}
