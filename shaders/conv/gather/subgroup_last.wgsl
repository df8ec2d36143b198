// A gather by subgroups of tensors with their channels last, in whole fours of them: any kernel, stride, dilation and class. A
// step reads 4 channels of a cell at once, and multiplies those of 4 cells. STRIDE 1, without dilation: the cells under a tap are
// those under the tap before, moved by one, so that a step reads one cell; 0: it reads four; 2: four too, of kernels of one tap with
// stride 1, where the plane is one long row and no cell is outside.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 32u;
const STRIDE: u32 = 0u;
// specialise: end

const_assert STRIDE <= 2u;

const CLASSES_OF_LANE: u32 = 1u;
const LANE_ROWS: u32 = 1u;
const LANE_FOURS: u32 = 1u;

// 0: there is one class along each axis, so that loops over taps end for all lanes together.
override MANY_CLASSES: u32 = 1u;

@group(0) @binding(1) var<storage, read> source: array<ElementQuad>;

// Four channels of a cell of the row that begins here, in fours of channels.
fn channels_at(row: u32, place: i32, row_inside: bool, extent: u32, apart: u32) -> vec4<f32> {
    let at = bordered(place, extent);
    // Cells outside are read as zero, from an element that exists.
    let inside = row_inside && is_inside(at, extent);
    return select(vec4<f32>(0.0), element_quad(source[select(0u, row + u32(at) * apart, inside)]), inside);
}

// Four channels of four cells: the rows of A for the channels lie so far apart.
fn accumulate_channels(at: u32, apart: u32, q0: vec4<f32>, q1: vec4<f32>, q2: vec4<f32>, q3: vec4<f32>) {
    accumulate_four(
        packed[at],
        packed[at + apart],
        packed[at + 2u * apart],
        packed[at + 3u * apart],
        vec4<f32>(q0.x, q1.x, q2.x, q3.x),
        vec4<f32>(q0.y, q1.y, q2.y, q3.y),
        vec4<f32>(q0.z, q1.z, q2.z, q3.z),
        vec4<f32>(q0.w, q1.w, q2.w, q3.w),
    );
}

// Of a loop whose end is not known to be the same for all lavapipe takes each lane's loads by themselves: here it is.
fn pointwise_sums(block: Block, lane: u32) {
    let plane = params.in_d * params.in_h * params.in_w;
    let apart = params.groups * params.channels / 4u;
    let row_length = params.outputs_padded / 4u;
    let four_end = params.channel_end / 4u;
    // Of a lane without cells the first ones, which are not stored.
    let origin = block.n * (plane * apart) + block.group * (params.channels / 4u);
    let cells = min(vec4<u32>(block.w) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(plane - 1u));
    let first = select(vec4<u32>(0u), vec4<u32>(origin) + cells * apart, block.valid) + vec4<u32>(params.in_base / 4u);
    var at_packed = first_of_packed(block, lane);
    let is_summed = has_channels();

    clear_sums();
    for (var four = params.channel_begin / 4u; four < four_end; four++) {
        let at = first + vec4<u32>(four);
        let q0 = element_quad(source[at.x]);
        let q1 = element_quad(source[at.y]);
        let q2 = element_quad(source[at.z]);
        let q3 = element_quad(source[at.w]);
        if (is_summed) {
            accumulate_channels(at_packed, row_length, q0, q1, q2, q3);
        }
        at_packed += 4u * row_length;
    }
}

fn gather_sums(own: Block, lane: u32) {
    if (STRIDE == 2u) {
        pointwise_sums(own, lane);
        return;
    }
    var block = own;
    // Of four cells a step the other way round: Mesa 22.3's lavapipe then takes twice as long.
    if (STRIDE == 1u) {
        block.class_d *= MANY_CLASSES;
        block.class_h *= MANY_CLASSES;
        block.class_w *= MANY_CLASSES;
    }
    let class_w = class_at(2u, block.class_w);
    let taps = taps_of(block);
    let in_d = params.in_d;
    let in_h = params.in_h;
    let in_w = params.in_w;
    // In fours of channels.
    let apart = params.groups * params.channels / 4u;
    let origin = params.in_base / 4u + block.n * (in_d * in_h * in_w * apart) + block.group * (params.channels / 4u);
    let start_d = class_at(0u, block.class_d).start + i32(block.d * params.in_stride_d);
    let start_h = class_at(1u, block.class_h).start + i32(block.h * params.in_stride_h);
    // Cells behind the row's last one repeat it and are not stored.
    let cells = min(vec4<u32>(block.w) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(max(class_w.cells, 1u) - 1u));
    var start_w = vec4<i32>(cells * params.in_stride_w) + vec4<i32>(class_w.start);
    if (STRIDE == 1u) {
        start_w = vec4<i32>(class_w.start + i32(block.w)) + vec4<i32>(0, 1, 2, 3);
    }
    let tap_step_d = params.tap_step_d;
    let tap_step_h = params.tap_step_h;
    let tap_step_w = params.tap_step_w;
    let row_length = params.outputs_padded / 4u;
    // Rows of A from a channel to the next.
    let channel_rows = taps.x * taps.y * taps.z * row_length;
    var at_packed = first_of_packed(block, lane);
    let is_summed = has_channels();

    clear_sums();
    var step = Step(0u, 0u, origin + params.channel_begin / 4u);
    for (var to_go = steps_of(params.channel_end / 4u - params.channel_begin / 4u, taps); to_go > 0u; to_go--) {
        let cell_d = bordered(start_d + i32(step.i * tap_step_d), in_d);
        let cell_h = bordered(start_h + i32(step.j * tap_step_h), in_h);
        let row_inside = block.valid && is_inside(cell_d, in_d) && is_inside(cell_h, in_h);
        let row = step.channel + (u32(cell_d) * in_h + u32(cell_h)) * (in_w * apart);
        var q0 = vec4<f32>(0.0);
        var q1 = vec4<f32>(0.0);
        var q2 = vec4<f32>(0.0);
        if (STRIDE == 1u) {
            q0 = channels_at(row, start_w.x, row_inside, in_w, apart);
            q1 = channels_at(row, start_w.y, row_inside, in_w, apart);
            q2 = channels_at(row, start_w.z, row_inside, in_w, apart);
        }
        for (var k = 0u; k < taps.z; k++) {
            let places = start_w + vec4<i32>(i32(k * tap_step_w));
            if (STRIDE == 0u) {
                q0 = channels_at(row, places.x, row_inside, in_w, apart);
                q1 = channels_at(row, places.y, row_inside, in_w, apart);
                q2 = channels_at(row, places.z, row_inside, in_w, apart);
            }
            let q3 = channels_at(row, places.w, row_inside, in_w, apart);
            if (is_summed) {
                accumulate_channels(at_packed, channel_rows, q0, q1, q2, q3);
            }
            at_packed += row_length;
            if (STRIDE == 1u) {
                q0 = q1;
                q1 = q2;
                q2 = q3;
            }
        }
        let channel = step.channel;
        step = next_step(step, taps, 1u);
        // The three channels behind the first.
        at_packed += select(0u, 3u * channel_rows, step.channel != channel);
    }
}
