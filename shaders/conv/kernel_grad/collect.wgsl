// The cells of x that a kernel of one tap with a stride meets, plane by plane without what lies between: then its gradient is that of
// stride 1. An invocation takes four neighbouring cells of a row, or those of them that it has. No workgroup memory.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

struct CollectParams {
    // Fours of all rows.
    count: u32,
    // Of a plane, what is collected and where from.
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
    // To divide by the fours of a row, out_h and out_d.
    magic_row: u32,
    shift_row: u32,
    magic_h: u32,
    shift_h: u32,
    magic_d: u32,
    shift_d: u32,
    unused_a: u32,
    unused_b: u32,
    unused_c: u32,
}

@group(0) @binding(0) var<uniform> params: CollectParams;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> collected: array<f32>;

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
    let row = divide(index, params.magic_row, params.shift_row);
    let w = 4u * (index - row * ((params.out_w + 3u) / 4u));
    let row_d = divide(row, params.magic_h, params.shift_h);
    let h = row - row_d * params.out_h;
    let plane = divide(row_d, params.magic_d, params.shift_d);
    let d = row_d - plane * params.out_d;
    let first = params.x_base
        + ((plane * params.in_d + d * params.stride_d) * params.in_h + h * params.stride_h) * params.in_w;
    // Cells behind the row's last repeat it and are not stored.
    let cells = min(vec4<u32>(w) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(params.out_w - 1u));
    let at = vec4<u32>(first) + cells * params.stride_w;
    let found = vec4<f32>(x[at.x], x[at.y], x[at.z], x[at.w]);
    let to = row * params.out_w + w;
    collected[to] = found.x;
    if (w + 1u < params.out_w) {
        collected[to + 1u] = found.y;
    }
    if (w + 2u < params.out_w) {
        collected[to + 2u] = found.z;
    }
    if (w + 3u < params.out_w) {
        collected[to + 3u] = found.w;
    }
}
