// How a strip comes by the cells of a row: four at once, for rows of whole fours and windows whose middle tap is on the output's
// own cell (times STRIDE). The few cells beside them are read one by one.

@group(0) @binding(1) var<storage, read> source: array<ElementQuad>;
// The same cells.
@group(0) @binding(5) var<storage, read> cells: array<Element>;

// The cells of a row that a strip needs, which are the same in every row: how far they lie from the row's first, and whether
// those at the ends are inside of the row. Those outside are replaced by zero.
struct Across {
    middle: u32,
    left: u32,
    right: u32,
    left_inside: bool,
    right_inside: bool,
}

fn first_cell(start: i32) -> i32 {
    return -i32(TAPS / 2u);
}

fn across_at(first: i32, extent: u32) -> Across {
    let middle = first + i32(TAPS / 2u);
    let left_inside = middle > 0;
    // Behind the four or eight cells of the middle.
    let behind = u32(middle) + 4u * STRIDE;
    let right_inside = behind < extent;
    let left = select(0u, u32(middle) - 1u, left_inside);
    return Across(u32(middle), left, select(0u, behind, right_inside), left_inside, right_inside);
}

fn one(at: u32, inside: bool) -> f32 {
    return select(0.0, element(cells[slot(at)], at), inside);
}

// Cells of the padding are zero.
fn under(row: u32, row_inside: bool, across: Across) -> Under {
    // Instead of a row outside of the plane the first cells of the binding, which exist.
    let origin = select(0u, row, row_inside);
    let none = vec4<f32>(0.0);
    let inside = vec4<bool>(row_inside);
    let has_left = row_inside && across.left_inside;
    let has_right = row_inside && across.right_inside;
    let a = select(none, element_quad(source[(origin + across.middle) / 4u]), inside);
    if (TAPS == 3u && STRIDE == 1u) {
        let before = one(origin + across.left, has_left);
        let behind = one(origin + across.right, has_right);
        return Under(vec4<f32>(before, a.xyz), a, vec4<f32>(a.yzw, behind), none, none);
    }
    if (TAPS == 3u) {
        let before = one(origin + across.left, has_left);
        let b = select(none, element_quad(source[(origin + across.middle) / 4u + 1u]), inside);
        return Under(vec4<f32>(before, a.yw, b.y), vec4<f32>(a.xz, b.xz), vec4<f32>(a.yw, b.yw), none, none);
    }
    // Two cells at either end: a whole four costs as much.
    let l = select(none, element_quad(source[(origin + across.left) / 4u]), vec4<bool>(has_left));
    if (STRIDE == 1u) {
        let r = select(none, element_quad(source[(origin + across.right) / 4u]), vec4<bool>(has_right));
        return Under(
            vec4<f32>(l.zw, a.xy),
            vec4<f32>(l.w, a.xyz),
            a,
            vec4<f32>(a.yzw, r.x),
            vec4<f32>(a.zw, r.xy),
        );
    }
    let behind = one(origin + across.right, has_right);
    let b = select(none, element_quad(source[(origin + across.middle) / 4u + 1u]), inside);
    return Under(
        vec4<f32>(l.z, a.xz, b.x),
        vec4<f32>(l.w, a.yw, b.y),
        vec4<f32>(a.xz, b.xz),
        vec4<f32>(a.yw, b.yw),
        vec4<f32>(a.z, b.xz, behind),
    );
}
