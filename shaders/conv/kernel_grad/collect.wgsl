// Planes of a tensor as other kernels read them in fours: the cells that a kernel of one tap with a stride meets, without what lies
// between, of which its gradient is that of stride 1; or rows of whole fours, with zeros before and behind their cells. An invocation
// takes FOURS fours of a row, as far as there are so many: finding the row takes as long as copying two. No workgroup memory.
const_assert FOURS == 1u || FOURS == 2u || FOURS == 4u;

struct CollectParams {
    // Invocations of all rows.
    count: u32,
    // Of a plane, the cells that are read, and what they are taken from.
    out_d: u32,
    out_h: u32,
    out_w: u32,
    in_d: u32,
    in_h: u32,
    in_w: u32,
    stride_d: u32,
    stride_h: u32,
    stride_w: u32,
    x_base: u32,
    // To divide by the invocations of a row that is written, out_h and out_d.
    magic_row: u32,
    shift_row: u32,
    magic_h: u32,
    shift_h: u32,
    magic_d: u32,
    shift_d: u32,
    // Cells of a row that is written, zeros before its first cell that is read, and the first element.
    row: u32,
    before: u32,
    collected_base: u32,
}

@group(0) @binding(0) var<uniform> params: CollectParams;
@group(0) @binding(1) var<storage, read> x: array<f32>;

// Four neighbouring cells of a row that begins at this element, from element `source` of x on. Zeros are read as the last cell; those
// before the first have numbers beyond all others.
fn store_four(row: u32, source: u32, four: u32) {
    let places = vec4<u32>(4u * four) + vec4<u32>(0u, 1u, 2u, 3u) - vec4<u32>(params.before);
    let exist = places < vec4<u32>(params.out_w);
    let at = vec4<u32>(source) + min(places, vec4<u32>(params.out_w - 1u)) * params.stride_w;
    let found = select(vec4<f32>(0.0), vec4<f32>(x[at.x], x[at.y], x[at.z], x[at.w]), exist);
    store_cells(row + 4u * four, params.row - 4u * four, found);
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn collect(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index >= params.count) {
        return;
    }
    let fours = (params.row + 3u) / 4u;
    let apart = (fours + FOURS - 1u) / FOURS;
    let row = divide(index, params.magic_row, params.shift_row);
    let row_d = divide(row, params.magic_h, params.shift_h);
    let h = row - row_d * params.out_h;
    let plane = divide(row_d, params.magic_d, params.shift_d);
    let d = row_d - plane * params.out_d;
    let source = params.x_base
        + ((plane * params.in_d + d * params.stride_d) * params.in_h + h * params.stride_h) * params.in_w;
    let to = params.collected_base + row * params.row;
    let four = index - row * apart;
    store_four(to, source, four);
    if (FOURS > 1u && four + apart < fours) {
        store_four(to, source, four + apart);
    }
    if (FOURS > 2u && four + 2u * apart < fours) {
        store_four(to, source, four + 2u * apart);
    }
    if (FOURS > 2u && four + 3u * apart < fours) {
        store_four(to, source, four + 3u * apart);
    }
}
