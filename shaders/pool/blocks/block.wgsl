// The block that an invocation owns: of a plane four columns, or as many as lie under the windows of four outputs, and some rows.
struct Block {
    plane: u32,
    // Of the blocks of its plane.
    row: u32,
    column: u32,
}

// Block `index`, where a plane has so many rows of `params.quads` blocks.
fn block_at(index: u32, rows: u32) -> Block {
    let row = divide(index, params.magic_quads, params.shift_quads);
    let plane = divide(row, params.magic_h, params.shift_h);
    return Block(plane, row - plane * rows, index - row * params.quads);
}

// So many whole fours lie before a column that is so many cells left of one at a multiple of four,
fn quads_before(cells: u32) -> u32 {
    return (cells + 3u) / 4u;
}

// and so many cells between the first of these fours and the column.
fn cells_before(cells: u32) -> u32 {
    return quads_before(cells) * 4u - cells;
}

// Cells of a row, or windows of one, from a multiple of four on.
struct Run {
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    d: vec4<f32>,
    e: vec4<f32>,
}

// Loops around it are unrolled, so that places are constants. No array: a compiler that does not unroll would put it into memory.
fn in_run(run: Run, place: u32) -> f32 {
    let low = select(run.b, run.a, place < 4u);
    let high = select(run.d, run.c, place < 12u);
    let quad = select(select(run.e, high, place < 16u), low, place < 8u);
    return quad[place % 4u];
}

fn four_in_run(run: Run, places: vec4<u32>) -> vec4<f32> {
    return vec4<f32>(
        in_run(run, places.x),
        in_run(run, places.y),
        in_run(run, places.z),
        in_run(run, places.w),
    );
}
