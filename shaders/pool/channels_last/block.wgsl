// The block that an invocation owns, of a tensor with its channels last: four channels of two by two cells, or outputs.
struct Block {
    sample: u32,
    // Of the blocks of its plane.
    row: u32,
    column: u32,
    // Of a cell's quads.
    quad: u32,
}

// Block `index` of planes of these extents.
fn block_at(index: u32, height: u32, width: u32) -> Block {
    let rows = (height + 1u) / 2u;
    let columns = (width + 1u) / 2u;
    let cell = divide(index, params.magic_quads, params.shift_quads);
    let row = divide(cell, params.magic_w, params.shift_w);
    let sample = divide(row, params.magic_h, params.shift_h);
    return Block(sample, row - sample * rows, cell - row * columns, index - cell * params.quads);
}

// The quad of x (dx), or of y (dy, indices), in the first cell of a block's sample; the next cell's is `params.quads` further.
fn first_in_x(block: Block) -> u32 {
    return params.x_base / 4u + block.sample * (params.in_h * params.in_w * params.quads) + block.quad;
}

fn first_in_y(block: Block) -> u32 {
    return params.y_base / 4u + block.sample * (params.out_h * params.out_w * params.quads) + block.quad;
}

// The indices of the first cells of its four planes.
fn names_of(block: Block) -> vec4<u32> {
    let plane = (block.sample * params.quads + block.quad) * 4u;
    return params.index_base + (plane + vec4<u32>(0u, 1u, 2u, 3u)) * params.index_step;
}

// Four quads: those of the first row of a block, and of the second.
struct Four {
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    d: vec4<f32>,
}
