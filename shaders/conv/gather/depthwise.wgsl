// A gather (params.wgsl) whose groups have one channel and one output each: nothing is shared between groups, so that there is
// no matrix product. An invocation owns ROWS = 4 neighbouring rows of one column of a class in one plane; lanes lie along w.
// No workgroup memory.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
// specialise: end

const ROWS: u32 = 4u;

@group(0) @binding(0) var<uniform> params: GatherParams;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read> packed: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> out: array<f32>;

// What an invocation owns: the cells (d, h .. h + ROWS, w) of a class in a plane (sample and group).
struct Block {
    plane: u32,
    group: u32,
    number: vec3<u32>,
    cell: vec3<u32>,
}

// An invocation's number is its workgroup's first, which is divided once for all, and a little more.
fn block_at(workgroup: u32, local: u32) -> Block {
    let classes = vec3<u32>(params.classes_d, params.classes_h, params.classes_w);
    let blocks_h = (params.cells_h + ROWS - 1u) / ROWS;
    let class_count = classes.x * classes.y * classes.z;
    let first = workgroup * WORKGROUP_SIZE;
    let first_h = first / params.cells_w;
    let first_d = first_h / blocks_h;
    let first_class = first_d / params.cells_d;
    let first_plane = first_class / class_count;

    let w = first - first_h * params.cells_w + local;
    let rest_w = small_quotients(vec4<u32>(w), params.cells_w).x;
    let h = first_h - first_d * blocks_h + rest_w;
    let rest_h = small_quotients(vec4<u32>(h), blocks_h).x;
    let d = first_d - first_class * params.cells_d + rest_h;
    let rest_d = small_quotients(vec4<u32>(d), params.cells_d).x;
    let number = first_class - first_plane * class_count + rest_d;
    let rest_class = small_quotients(vec4<u32>(number), class_count).x;

    let of_class = number - rest_class * class_count;
    let number_w = of_class % classes.z;
    let number_h = of_class / classes.z % classes.y;
    let number_d = of_class / (classes.z * classes.y);
    let plane = first_plane + rest_class;
    return Block(
        plane,
        plane % params.groups,
        vec3<u32>(number_d, number_h, number_w),
        vec3<u32>(d - rest_d * params.cells_d, (h - rest_h * blocks_h) * ROWS, w - rest_w * params.cells_w),
    );
}

fn class_of(axis: u32, number: u32) -> AxisClass {
    return params.classes[axis * MOST_CLASSES + number];
}

// Where a plane (sample and group) of so many cells begins, and how far its cells are apart: a tensor has as many channels as there
// are groups.
fn first_of_plane(plane: u32, last: u32, cells: u32) -> u32 {
    if (last == 1u) {
        let sample = plane / params.groups;
        return sample * params.groups * cells + plane - sample * params.groups;
    }
    return plane * cells;
}

fn step_of(last: u32) -> u32 {
    return cell_step(last, params.groups);
}

// Rows of the block that exist: none behind the last plane or outside of the class.
fn rows_of(block: Block) -> u32 {
    let d = class_of(0u, block.number.x);
    let h = class_of(1u, block.number.y);
    let w = class_of(2u, block.number.z);
    let exists = block.plane < params.batch * params.groups && block.cell.x < d.cells && block.cell.z < w.cells;
    return select(0u, h.cells - min(block.cell.y, h.cells), exists);
}

fn correlate(block: Block) -> vec4<f32> {
    let d = class_of(0u, block.number.x);
    let h = class_of(1u, block.number.y);
    let w = class_of(2u, block.number.z);
    // Constants where there is one class.
    let taps_d = select(TAPS_D, d.taps, TAPS_D == 0u);
    let taps_h = select(TAPS_H, h.taps, TAPS_H == 0u);
    let taps_w = select(TAPS_W, w.taps, TAPS_W == 0u);

    // Rows behind the last one repeat it and are not stored.
    let row = min(vec4<u32>(block.cell.y) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(h.cells - 1u));
    let at_d = i32(block.cell.x * IN_STRIDE_D) + d.start;
    let at_h = vec4<i32>(row * IN_STRIDE_H) + vec4<i32>(h.start);
    let at_w = i32(block.cell.z * IN_STRIDE_W) + w.start;
    let apart = step_of(SOURCE_LAST);
    let origin = params.in_base + first_of_plane(block.plane, SOURCE_LAST, params.in_d * params.in_h * params.in_w);
    let line = vec4<u32>(u32(at_d) * params.in_h) + vec4<u32>(at_h);
    let first = vec4<u32>(origin) + (line * params.in_w + vec4<u32>(u32(at_w))) * apart;
    var bits_d = 0u;
    var bits_h = vec4<u32>(0u);
    var bits_w = 0u;
    if (PADDED != 0u && BORDER == 0u) {
        bits_d = bits_inside(vec4<i32>(at_d), TAP_STEP_D, taps_d, params.in_d).x;
        bits_h = bits_inside(at_h, TAP_STEP_H, taps_h, params.in_h);
        bits_w = bits_inside(vec4<i32>(at_w), TAP_STEP_W, taps_w, params.in_w).x;
    }

    let last_h = class_of(1u, params.classes_h - 1u);
    let last_w = class_of(2u, params.classes_w - 1u);
    let last_d = class_of(0u, params.classes_d - 1u);
    let all_h = last_h.taps_before + last_h.taps;
    let all_w = last_w.taps_before + last_w.taps;
    let all = (last_d.taps_before + last_d.taps) * all_h * all_w;
    let before = d.taps_before * all_h * all_w + taps_d * (h.taps_before * all_w + taps_h * w.taps_before);
    var from_packed = (block.group * all + before) * params.outputs_padded;

    var sums = vec4<f32>(0.0);
    for (var jd = 0u; jd < taps_d; jd++) {
        for (var jh = 0u; jh < taps_h; jh++) {
            let from_line = first + (jd * TAP_STEP_D * params.in_h + jh * TAP_STEP_H) * params.in_w * apart;
            let border_d = u32(bordered(at_d + i32(jd * TAP_STEP_D), params.in_d));
            let border_h = four_bordered(at_h + vec4<i32>(i32(jh * TAP_STEP_H)), params.in_h);
            let border_line = vec4<u32>(border_d * params.in_h) + vec4<u32>(border_h);
            let line_inside = (bits_h & vec4<u32>(1u << jh)) != vec4<u32>(0u);
            let slice_inside = (bits_d & (1u << jd)) != 0u;
            for (var jw = 0u; jw < taps_w; jw++) {
                var at = from_line + vec4<u32>(jw * TAP_STEP_W * apart);
                var inside = vec4<bool>(true);
                if (BORDER != 0u) {
                    let across = bordered(at_w + i32(jw * TAP_STEP_W), params.in_w);
                    at = vec4<u32>(origin) + (border_line * params.in_w + vec4<u32>(u32(across))) * apart;
                } else if (PADDED != 0u) {
                    inside = line_inside & vec4<bool>(slice_inside && (bits_w & (1u << jw)) != 0u);
                    at = select(vec4<u32>(0u), at, inside);
                }
                let cells = vec4<f32>(source[at.x], source[at.y], source[at.z], source[at.w]);
                sums = fma(select(vec4<f32>(0.0), cells, inside), vec4<f32>(packed[from_packed]), sums);
                from_packed += params.outputs_padded;
            }
        }
    }
    return sums;
}

fn store_rows(block: Block, rows: u32, sums: vec4<f32>) {
    let d = block.cell.x * OUT_STRIDE_D + block.number.x;
    let h = block.cell.y * OUT_STRIDE_H + block.number.y;
    let w = block.cell.z * OUT_STRIDE_W + block.number.z;
    let cell = step_of(OUT_LAST);
    let origin = params.out_base + first_of_plane(block.plane, OUT_LAST, params.out_d * params.out_h * params.out_w);
    let first = origin + ((d * params.out_h + h) * params.out_w + w) * cell;
    let apart = OUT_STRIDE_H * params.out_w * cell;
    // Rows that do not exist are read as the last one that does, and not stored.
    let at = vec4<u32>(first) + min(vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(rows - 1u)) * apart;
    var total = with_side(at, sums, params.slope);
    if (ACCUMULATE == 1u) {
        total += vec4<f32>(out[at.x], out[at.y], out[at.z], out[at.w]);
    }
    total = four_activated(total, params.slope);
    out[at.x] = total.x;
    if (rows > 1u) {
        out[at.y] = total.y;
    }
    if (rows > 2u) {
        out[at.z] = total.z;
    }
    if (rows > 3u) {
        out[at.w] = total.w;
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn depthwise(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let block = block_at(linear_workgroup(group, groups), local);
    let rows = rows_of(block);
    if (rows > 0u) {
        store_rows(block, rows, correlate(block));
    }
}

@compute @workgroup_size(WORKGROUP_SIZE)
fn depthwise_bias(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) local: u32,
) {
    let block = block_at(linear_workgroup(group, groups), local);
    let rows = rows_of(block);
    if (rows > 0u) {
        store_rows(block, rows, correlate(block) + vec4<f32>(bias[block.group]));
    }
}
