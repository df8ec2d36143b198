// `pool/channels_last/max_forward.wgsl` by blocks: what is under windows that overlap is read once.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: RowsParams;
@group(0) @binding(1) var<storage, read> x: array<ElementQuad>;
@group(0) @binding(2) var<storage, read_write> out: array<StoredQuad>;
@group(0) @binding(3) var<storage, read_write> indices: array<vec4<u32>>;

struct Best {
    value: vec4<f32>,
    // Its cell in its plane.
    cell: vec4<u32>,
}

struct Bests {
    a: Best,
    b: Best,
    c: Best,
    d: Best,
}

fn are_nan(values: vec4<f32>) -> vec4<bool> {
    return (bitcast<vec4<u32>>(values) & vec4<u32>(0x7fffffffu)) > vec4<u32>(0x7f800000u);
}

// The best of output n with the cell of these steps. What stands for padding is read twice, which changes nothing.
fn with_cell(best: Best, value: vec4<f32>, cell: u32, n: u32, h: u32, w: u32) -> Best {
    if (!is_under(n, h, w)) {
        return best;
    }
    let is_first = tap_h(n, h) == 0u && tap_w(n, w) == 0u;
    let wins = vec4<bool>(is_first) | (value > best.value) | are_nan(value);
    return Best(select(best.value, value, wins), select(best.cell, vec4<u32>(cell), wins));
}

fn maxima(block: Block) -> Bests {
    let quads = params.quads;
    let first = first_in_x(block);
    let under_h = cells_under_h();
    let under_w = cells_under_w();
    let none = Best(vec4<f32>(0.0), vec4<u32>(0u));
    var bests = Bests(none, none, none, none);
    for (var h = 0u; h < under_h; h++) {
        for (var w = 0u; w < under_w; w++) {
            let cell = cell_inside(cell_h(block, h), cell_w(block, w));
            let value = element_quad(x[first + cell * quads]);
            bests.a = with_cell(bests.a, value, cell, 0u, h, w);
            bests.b = with_cell(bests.b, value, cell, 1u, h, w);
            bests.c = with_cell(bests.c, value, cell, 2u, h, w);
            bests.d = with_cell(bests.d, value, cell, 3u, h, w);
        }
    }
    return bests;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        let block = block_at(index, params.out_h, params.out_w);
        let bests = maxima(block);
        store_quad(quad_of(block, 0u), bests.a.value);
        if (has_output(block, 1u)) {
            store_quad(quad_of(block, 1u), bests.b.value);
        }
        if (has_output(block, 2u)) {
            store_quad(quad_of(block, 2u), bests.c.value);
        }
        if (has_output(block, 3u)) {
            store_quad(quad_of(block, 3u), bests.d.value);
        }
    }
}

fn store_both(block: Block, n: u32, best: Best) {
    let quad = quad_of(block, n);
    store_quad(quad, best.value);
    indices[quad] = names_of(block) + best.cell;
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward_with_indices(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index < params.count) {
        let block = block_at(index, params.out_h, params.out_w);
        let bests = maxima(block);
        store_both(block, 0u, bests.a);
        if (has_output(block, 1u)) {
            store_both(block, 1u, bests.b);
        }
        if (has_output(block, 2u)) {
            store_both(block, 2u, bests.c);
        }
        if (has_output(block, 3u)) {
            store_both(block, 3u, bests.d);
        }
    }
}
