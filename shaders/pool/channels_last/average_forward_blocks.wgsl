// `pool/channels_last/average_forward.wgsl` by blocks: what is under windows that overlap is read once.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: RowsParams;
@group(0) @binding(1) var<storage, read> x: array<ElementQuad>;
@group(0) @binding(2) var<storage, read_write> out: array<StoredQuad>;

fn with_cell(sum: vec4<f32>, value: vec4<f32>, n: u32, h: u32, w: u32) -> vec4<f32> {
    return select(sum, sum + value, is_under(n, h, w));
}

fn store_average(block: Block, n: u32, sum: vec4<f32>) {
    let count_h = counted_h(vec4<u32>(block.row * 2u + n / 2u));
    let count_w = counted_w(vec4<u32>(block.column * 2u + n % 2u));
    store_quad(quad_of(block, n), sum / divisors(count_h * count_w));
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn forward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index >= params.count) {
        return;
    }
    let block = block_at(index, params.out_h, params.out_w);
    let quads = params.quads;
    let first = first_in_x(block);
    let under_h = cells_under_h();
    let under_w = cells_under_w();
    var sums = Four(vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0));
    for (var h = 0u; h < under_h; h++) {
        let row = cell_h(block, h);
        for (var w = 0u; w < under_w; w++) {
            let column = cell_w(block, w);
            let found = element_quad(x[first + cell_inside(row, column) * quads]);
            let inside = is_inside(row, params.in_h) && is_inside(column, params.in_w);
            let value = select(vec4<f32>(0.0), found, inside);
            sums.a = with_cell(sums.a, value, 0u, h, w);
            sums.b = with_cell(sums.b, value, 1u, h, w);
            sums.c = with_cell(sums.c, value, 2u, h, w);
            sums.d = with_cell(sums.d, value, 3u, h, w);
        }
    }
    store_average(block, 0u, sums.a);
    if (has_output(block, 1u)) {
        store_average(block, 1u, sums.b);
    }
    if (has_output(block, 2u)) {
        store_average(block, 2u, sums.c);
    }
    if (has_output(block, 3u)) {
        store_average(block, 3u, sums.d);
    }
}
