// `pool/channels_last/average_backward.wgsl` by blocks: what windows that overlap have over one block is read and divided once.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: RowsParams;
@group(0) @binding(1) var<storage, read> dy: array<ElementQuad>;
@group(0) @binding(2) var<storage, read_write> out: array<StoredQuad>;

@compute @workgroup_size(WORKGROUP_SIZE)
fn backward(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = linear_invocation(group, groups, local);
    if (index >= params.count) {
        return;
    }
    let block = block_at(index, params.in_h, params.in_w);
    let quads = params.quads;
    let first = first_in_y(block);
    let over_h = windows_over_h();
    let over_w = windows_over_w();

    var sums = Four(vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0));
    for (var h = 0u; h < over_h; h++) {
        let out_h = window_h(block, h);
        let count_h = counted_h(vec4<u32>(u32(out_h)));
        for (var w = 0u; w < over_w; w++) {
            let out_w = window_w(block, w);
            let found = element_quad(dy[first + cell_of_window(out_h, out_w) * quads]);
            let share = found / divisors(count_h * counted_w(vec4<u32>(u32(out_w))));
            let adds = select(vec4<f32>(0.0), share, has_window(out_h, out_w));
            if (covers(0u, h, w)) {
                sums.a += adds;
            }
            if (covers(1u, h, w)) {
                sums.b += adds;
            }
            if (covers(2u, h, w)) {
                sums.c += adds;
            }
            if (covers(3u, h, w)) {
                sums.d += adds;
            }
        }
    }
    store_cells(block, sums);
}
