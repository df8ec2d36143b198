// `pool/channels_last/max_backward.wgsl` by blocks: what windows that overlap have over one block is read once.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: RowsParams;
@group(0) @binding(1) var<storage, read> dy: array<ElementQuad>;
@group(0) @binding(2) var<storage, read> indices: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read_write> out: array<StoredQuad>;

struct Window {
    dy: vec4<f32>,
    index: vec4<u32>,
    exists: bool,
}

// The sum of cell n of a block with a window over it, which has the index `name` if the cell is its maximum.
fn with_window(sum: vec4<f32>, window: Window, name: vec4<u32>) -> vec4<f32> {
    let with_it = select(sum + window.dy, window.dy, params.unpool == 1u);
    return select(sum, with_it, vec4<bool>(window.exists) & (window.index == name));
}

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
    let name = names_of(block) + cell_of(block, 0u);
    let over_h = windows_over_h();
    let over_w = windows_over_w();
    let below = params.in_w;

    var sums = Four(vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0), vec4<f32>(0.0));
    for (var h = 0u; h < over_h; h++) {
        let out_h = window_h(block, h);
        for (var w = 0u; w < over_w; w++) {
            let out_w = window_w(block, w);
            let at = first + cell_of_window(out_h, out_w) * quads;
            let window = Window(element_quad(dy[at]), indices[at], has_window(out_h, out_w));
            if (covers(0u, h, w)) {
                sums.a = with_window(sums.a, window, name);
            }
            if (covers(1u, h, w)) {
                sums.b = with_window(sums.b, window, name + 1u);
            }
            if (covers(2u, h, w)) {
                sums.c = with_window(sums.c, window, name + below);
            }
            if (covers(3u, h, w)) {
                sums.d = with_window(sums.d, window, name + below + 1u);
            }
        }
    }
    store_cells(block, sums);
}
