// Where the four elements are that an invocation owns: they follow each other in memory, along a row and on into the next.
struct Four {
    plane: vec4<u32>,
    d: vec4<u32>,
    h: vec4<u32>,
    w: vec4<u32>,
}

// The element behind one at (plane, d, h, w). The last plane stays the last, so that no address leaves the tensor.
fn next(at: vec4<u32>, extents: vec3<u32>) -> vec4<u32> {
    let w_wraps = at.w + 1u == extents.z;
    let h_wraps = w_wraps && at.z + 1u == extents.y;
    let d_wraps = h_wraps && at.y + 1u == extents.x;
    let d = select(at.y + u32(h_wraps), 0u, d_wraps);
    let h = select(at.z + u32(w_wraps), 0u, h_wraps);
    let w = select(at.w + 1u, 0u, w_wraps);
    return vec4<u32>(min(at.x + u32(d_wraps), params.planes - 1u), d, h, w);
}

// The elements first .. first + 4 of the result, whose extents (d, h, w) these are.
fn four_at(first: u32, extents: vec3<u32>) -> Four {
    let row = divide(first, params.magic_w, params.shift_w);
    let layer = divide(row, params.magic_h, params.shift_h);
    let plane = divide(layer, params.magic_d, params.shift_d);
    let a = vec4<u32>(plane, layer - plane * extents.x, row - layer * extents.y, first - row * extents.z);
    let b = next(a, extents);
    let c = next(b, extents);
    let d = next(c, extents);
    return Four(
        vec4<u32>(a.x, b.x, c.x, d.x),
        vec4<u32>(a.y, b.y, c.y, d.y),
        vec4<u32>(a.z, b.z, c.z, d.z),
        vec4<u32>(a.w, b.w, c.w, d.w),
    );
}
