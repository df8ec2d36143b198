// Where the four elements are that an invocation owns: four channels of one cell, of a tensor with its channels last.
struct Quad {
    sample: u32,
    d: u32,
    h: u32,
    w: u32,
    // Of the cell's quads.
    index: u32,
}

// The quad `index` of the result, whose extents (d, h, w) these are.
fn quad_at(index: u32, extents: vec3<u32>) -> Quad {
    let cell = divide(index, params.magic_quads, params.shift_quads);
    let row = divide(cell, params.magic_w, params.shift_w);
    let layer = divide(row, params.magic_h, params.shift_h);
    let sample = divide(layer, params.magic_d, params.shift_d);
    return Quad(
        sample,
        layer - sample * extents.x,
        row - layer * extents.y,
        cell - row * extents.z,
        index - cell * params.quads,
    );
}

// The quad of x (dx), or of y (dy, indices), in the first cell of a quad's sample; the next cell's is `params.quads` further.
fn first_in_x(quad: Quad) -> u32 {
    return params.x_base / 4u + quad.sample * (params.in_d * params.in_h * params.in_w * params.quads) + quad.index;
}

fn first_in_y(quad: Quad) -> u32 {
    return params.y_base / 4u + quad.sample * (params.out_d * params.out_h * params.out_w * params.quads) + quad.index;
}

// The indices of the first cells of its four planes.
fn names_of(quad: Quad) -> vec4<u32> {
    let plane = (quad.sample * params.quads + quad.index) * 4u;
    return params.index_base + (plane + vec4<u32>(0u, 1u, 2u, 3u)) * params.index_step;
}
