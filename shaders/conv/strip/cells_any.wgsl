// How a strip comes by the cells of a row: one by one, for every width and padding.

@group(0) @binding(1) var<storage, read> source: array<Element>;

// The cells of a row that a strip needs, which are the same in every row: how far they lie from the row's first, and
// whether they are inside of the row. Those outside are read from the row's ends and replaced by zero. Stride 1: cells
// 0 to 3, then 4 to 7; stride 2: cells 0, 2, 4, 6, then 1, 3, 5, 7, then 8, 9, 10.
struct Across {
    near: vec4<u32>,
    far: vec4<u32>,
    last: vec4<u32>,
    near_inside: vec4<bool>,
    far_inside: vec4<bool>,
    last_inside: vec4<bool>,
}

// The cell under the first tap of a class whose first cell's is this.
fn first_cell(start: i32) -> i32 {
    return start;
}

fn clamped(cells: vec4<i32>, extent: u32) -> vec4<u32> {
    return vec4<u32>(clamp(cells, vec4<i32>(0), vec4<i32>(i32(extent) - 1)));
}

// For a strip whose first output has its first tap at this cell of rows of this extent.
fn across_at(first: i32, extent: u32) -> Across {
    var near = vec4<i32>(first) + vec4<i32>(0, 1, 2, 3);
    var far = near + vec4<i32>(4);
    var last = far;
    if (STRIDE == 2u) {
        near = vec4<i32>(first) + vec4<i32>(0, 2, 4, 6);
        far = near + vec4<i32>(1);
        last = vec4<i32>(first) + vec4<i32>(8, 9, 10, 10);
    }
    near = four_bordered(near, extent);
    far = four_bordered(far, extent);
    last = four_bordered(last, extent);
    return Across(
        clamped(near, extent),
        clamped(far, extent),
        clamped(last, extent),
        are_inside(near, extent),
        are_inside(far, extent),
        are_inside(last, extent),
    );
}

fn cell_at(at: u32) -> f32 {
    return element(source[slot(at)], at);
}

// Cells of the padding are zero.
fn under(row: u32, row_inside: bool, across: Across) -> Under {
    // Instead of a row outside of the plane the first cells of the binding, which exist.
    let origin = vec4<u32>(select(0u, row, row_inside));
    let a = origin + across.near;
    let b = origin + across.far;
    let near = four_elements(source[slot(a.x)], source[slot(a.y)], source[slot(a.z)], source[slot(a.w)], a);
    var far = vec4<f32>(cell_at(b.x), cell_at(b.y), 0.0, 0.0);
    if (TAPS > 3u || STRIDE == 2u) {
        far = vec4<f32>(far.xy, cell_at(b.z), cell_at(b.w));
    }
    let n = select(vec4<f32>(0.0), near, across.near_inside & vec4<bool>(row_inside));
    let f = select(vec4<f32>(0.0), far, across.far_inside & vec4<bool>(row_inside));
    if (STRIDE == 1u) {
        return Under(n, vec4<f32>(n.yzw, f.x), vec4<f32>(n.zw, f.xy), vec4<f32>(n.w, f.xyz), f);
    }
    let c = origin + across.last;
    var last = vec4<f32>(cell_at(c.x), 0.0, 0.0, 0.0);
    if (TAPS > 3u) {
        last = vec4<f32>(last.x, cell_at(c.y), cell_at(c.z), 0.0);
    }
    let l = select(vec4<f32>(0.0), last, across.last_inside & vec4<bool>(row_inside));
    return Under(n, f, vec4<f32>(n.yzw, l.x), vec4<f32>(f.yzw, l.y), vec4<f32>(n.zw, l.xz));
}
