// dw of groups with one channel: an invocation owns the whole window of one output channel in one slice of the reduction over
// batch and outputs, and runs down strips of four neighbouring outputs (strip/cells.wgsl): every row of x that it reads is
// multiplied by the rows of dy whose windows have it, which wander through registers. The reduction's rows are strips
// (sample, quad of outputs along w), its columns out_h; slices as in kernel_grad_direct.wgsl. Whether an invocation sums a slice by
// itself is the kernels' (strip_alone.wgsl, strip_shared.wgsl).

// A row of dw each.
var<private> dw0: TapRow;
var<private> dw1: TapRow;
var<private> dw2: TapRow;
var<private> dw3: TapRow;
var<private> dw4: TapRow;

// Four outputs of a row of dy.
struct Outputs {
    values: vec4<f32>,
    // Whether the row is one of the slab's.
    exists: bool,
}

fn plus(sum: TapRow, dy: Outputs, cells: Under) -> TapRow {
    let near = vec3<f32>(dot(dy.values, cells.t0), dot(dy.values, cells.t1), dot(dy.values, cells.t2));
    var far = vec2<f32>(0.0);
    if (TAPS > 3u) {
        far = vec2<f32>(dot(dy.values, cells.t3), dot(dy.values, cells.t4));
    }
    // A row that does not exist is zero, but the cells might be infinite.
    let near_sum = sum.near + select(vec3<f32>(0.0), near, dy.exists);
    return TapRow(near_sum, sum.far + select(vec2<f32>(0.0), far, dy.exists));
}

// Nothing under outputs that do not exist.
fn kept(cells: Under, exists: vec4<bool>) -> Under {
    let none = vec4<f32>(0.0);
    return Under(
        select(none, cells.t0, exists),
        select(none, cells.t1, exists),
        select(none, cells.t2, exists),
        select(none, cells.t3, exists),
        select(none, cells.t4, exists),
    );
}

fn outputs_of(row: u32, in_slab: bool, exists: vec4<bool>) -> Outputs {
    return Outputs(dy_at(select(0u, row, in_slab), exists & vec4<bool>(in_slab), 1u), in_slab);
}

fn correlate(channel: u32, slab: Slab, first_of_lane: u32) {
    let in_h = all.conv.in_h;
    let in_w = all.conv.in_w;
    let out_h = all.conv.out_h;
    let out_w = all.conv.out_w;
    let channels_in = all.conv.channels_in;
    let channels_out = all.conv.channels_out;
    let channel_in = channel / (channels_out / channels_in);
    let padding_h = all.padding_low_h;
    let padding_w = all.padding_low_w;
    let quads = (out_w + 3u) / 4u;
    let begin = slab.col_begin;
    let end = slab.col_end;
    // Behind the last row of dy whose window has the row of x that is read, and the first of which a window has one; rows of zeros
    // are not read.
    let behind = end + ((all.taps_h - 1u) >> (STRIDE - 1u));
    let inside = (in_h + padding_h + STRIDE - 1u) >> (STRIDE - 1u);
    let last = select(behind, min(behind, inside), BORDER == 0u);
    let first = select(begin, min(max(begin, padding_h >> (STRIDE - 1u)), last), BORDER == 0u);
    var n = (slab.row_begin + first_of_lane) / quads;
    var o = (slab.row_begin + first_of_lane - n * quads) * 4u;
    for (var strip = slab.row_begin + first_of_lane; strip < slab.row_end; strip += LANES) {
        let exists = vec4<u32>(o) + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(out_w);
        let across = across_at(window_start(o, STRIDE, padding_w), in_w);
        let x_origin = all.conv.x_base + (n * channels_in + channel_in) * in_h * in_w;
        let y_origin = all.conv.y_base + (n * channels_out + channel) * out_h * out_w + o;
        // Row j of dy is the one whose window has the row of x as its row j (stride 1) or 2 j (stride 2).
        var dy0 = Outputs(vec4<f32>(0.0), false);
        var dy1 = dy0;
        var dy2 = dy0;
        var dy3 = dy0;
        var dy4 = dy0;
        for (var i = begin; i < first; i++) {
            dy4 = dy3;
            dy3 = dy2;
            dy2 = dy1;
            dy1 = outputs_of(y_origin + i * out_w, i < end, exists);
        }
        if (STRIDE == 1u) {
            for (var i = first; i < last; i++) {
                dy0 = outputs_of(y_origin + i * out_w, i < end, exists);
                let h = bordered(window_start(i, 1u, padding_h), in_h);
                let cells = kept(under(x_origin + u32(h) * in_w, is_inside(h, in_h), across), exists);
                dw0 = plus(dw0, dy0, cells);
                dw1 = plus(dw1, dy1, cells);
                dw2 = plus(dw2, dy2, cells);
                if (TAPS > 3u) {
                    dw3 = plus(dw3, dy3, cells);
                    dw4 = plus(dw4, dy4, cells);
                }
                dy4 = dy3;
                dy3 = dy2;
                dy2 = dy1;
                dy1 = dy0;
            }
        } else {
            for (var i = first; i < last; i++) {
                dy0 = outputs_of(y_origin + i * out_w, i < end, exists);
                let h = bordered(window_start(i, 2u, padding_h), in_h);
                let even = kept(under(x_origin + u32(h) * in_w, is_inside(h, in_h), across), exists);
                dw0 = plus(dw0, dy0, even);
                dw2 = plus(dw2, dy1, even);
                let odd_h = bordered(window_start(i, 2u, padding_h) + 1, in_h);
                let odd = kept(under(x_origin + u32(odd_h) * in_w, is_inside(odd_h, in_h), across), exists);
                dw1 = plus(dw1, dy0, odd);
                if (TAPS > 3u) {
                    dw4 = plus(dw4, dy2, even);
                    dw3 = plus(dw3, dy1, odd);
                }
                dy2 = dy1;
                dy1 = dy0;
            }
        }
        // Of strips one behind the other the next is found by counting: software devices divide lane by lane.
        if (LANES == 1u) {
            o += 4u;
            if (o >= out_w) {
                o = 0u;
                n += 1u;
            }
        } else {
            n = (strip + LANES) / quads;
            o = (strip + LANES - n * quads) * 4u;
        }
    }
}

// Row jh of the window whose first element this is.
fn store_taps(first: u32, jh: u32, sums: TapRow) {
    let exists = jh < all.taps_h;
    let at = first + jh * all.taps_w;
    store_one(at, exists, sums.near.x);
    store_one(at + 1u, exists && all.taps_w > 1u, sums.near.y);
    store_one(at + 2u, exists && all.taps_w > 2u, sums.near.z);
    if (TAPS > 3u) {
        store_one(at + 3u, exists && all.taps_w > 3u, sums.far.x);
        store_one(at + 4u, exists && all.taps_w > 4u, sums.far.y);
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn kernel_grad(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let index = slice_at(group, groups, local);
    let channel = index / all.conv.reduction.slab_count;
    let slice = index - channel * all.conv.reduction.slab_count;
    if (channel >= all.conv.channels_out) {
        return;
    }
    let strip = first_strip(local);
    correlate(channel, slab_at(all.conv.reduction, slice), strip);
    dw0 = over_lanes(dw0);
    dw1 = over_lanes(dw1);
    dw2 = over_lanes(dw2);
    if (TAPS > 3u) {
        dw3 = over_lanes(dw3);
        dw4 = over_lanes(dw4);
    }
    // Of several lanes one stores.
    if (strip > 0u) {
        return;
    }
    let first = (slice * all.conv.channels_out + channel) * all.taps_h * all.taps_w;
    store_taps(first, 0u, dw0);
    store_taps(first, 1u, dw1);
    store_taps(first, 2u, dw2);
    if (TAPS > 3u) {
        store_taps(first, 3u, dw3);
        store_taps(first, 4u, dw4);
    }
}
