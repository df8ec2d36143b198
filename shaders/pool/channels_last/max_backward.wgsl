// dx of max pooling and max-unpooling, as `pool/max_backward`, with channels last: an invocation owns four channels of one cell.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: RowsParams;
@group(0) @binding(1) var<storage, read> dy: array<ElementQuad>;
@group(0) @binding(2) var<storage, read> indices: array<vec4<u32>>;
@group(0) @binding(3) var<storage, read_write> out: array<StoredQuad>;

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
    let quad = quad_at(index, vec3<u32>(params.in_d, params.in_h, params.in_w));
    let quads = params.quads;
    let out_h = params.out_h;
    let out_w = params.out_w;
    let unpool = params.unpool == 1u;
    let over_d = outputs_over_d(quad.d);
    let over_h = outputs_over_h(quad.h);
    let over_w = outputs_over_w(quad.w);
    let first = first_in_y(quad);
    let most_d = most_outputs_d();
    let most_h = most_outputs_h();
    let most_w = most_outputs_w();
    let name = names_of(quad) + (quad.d * params.in_h + quad.h) * params.in_w + quad.w;

    var sum = vec4<f32>(0.0);
    for (var d = 0u; d < most_d; d++) {
        let covers_d = over_d.begin + d < over_d.end;
        for (var h = 0u; h < most_h; h++) {
            let covers_h = covers_d && over_h.begin + h < over_h.end;
            let row = ((over_d.begin + d) * out_h + over_h.begin + h) * out_w + over_w.begin;
            for (var w = 0u; w < most_w; w++) {
                let covers = covers_h && over_w.begin + w < over_w.end;
                let at = first + select(0u, row + w, covers) * quads;
                let found = element_quad(dy[at]);
                let with_it = select(sum + found, found, unpool);
                sum = select(sum, with_it, vec4<bool>(covers) & (indices[at] == name));
            }
        }
    }
    store_quad(params.x_base / 4u + index, sum);
}
