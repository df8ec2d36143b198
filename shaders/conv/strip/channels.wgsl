// What the depthwise kernels have in common that take four channels at once, which lie beside each other where channels are last.
// A strip is two neighbouring rows of outputs and is run along, as memory is: all taps along h of both share the cells of a
// column, each of which is read once, and the columns of the window wander through registers. TAPS is the most taps along an axis,
// STRIDE the cells from one output to the next, along w and h.
const_assert TAPS == 2u || TAPS == 3u || TAPS == 5u;
const_assert STRIDE == 1u || STRIDE == 2u;

// Four channels of the two cells under each tap along h, a column of the matrix each.
struct Under {
    t0: mat2x4<f32>,
    t1: mat2x4<f32>,
    t2: mat2x4<f32>,
    t3: mat2x4<f32>,
    t4: mat2x4<f32>,
}

// Four channels of each tap of a column of the window.
struct TapColumn {
    t0: vec4<f32>,
    t1: vec4<f32>,
    t2: vec4<f32>,
    t3: vec4<f32>,
    t4: vec4<f32>,
}

// The rows that a strip needs: how far their cells lie from the first row's, and whether they are inside of the plane. Those that
// no tap looks at are not read.
struct Rows {
    near: vec4<u32>,
    far: vec4<u32>,
    near_inside: vec4<bool>,
    far_inside: vec4<bool>,
}

// For a strip whose first row of outputs has its first tap at this row of so many, which lie so far apart.
fn rows_at(first: i32, extent: u32, apart: u32) -> Rows {
    let near = four_bordered(vec4<i32>(first) + vec4<i32>(0, 1, 2, 3), extent);
    let far = four_bordered(vec4<i32>(first) + vec4<i32>(4, 5, 6, 6), extent);
    return Rows(
        vec4<u32>(near) * apart,
        vec4<u32>(far) * apart,
        are_inside(near, extent),
        are_inside(far, extent),
    );
}

// Of a column, in the first row of which four channels lie here. Cells of the padding are zero.
fn under(column: vec4<u32>, column_inside: bool, rows: Rows) -> Under {
    let x0 = four_channels(column, rows.near.x, column_inside && rows.near_inside.x);
    let x1 = four_channels(column, rows.near.y, column_inside && rows.near_inside.y);
    let x2 = four_channels(column, rows.near.z, column_inside && rows.near_inside.z);
    let x3 = four_channels(column, rows.near.w, column_inside && rows.near_inside.w);
    let x4 = four_channels(column, rows.far.x, column_inside && rows.far_inside.x);
    let x5 = four_channels(column, rows.far.y, column_inside && rows.far_inside.y);
    let x6 = four_channels(column, rows.far.z, column_inside && rows.far_inside.z);
    if (STRIDE == 1u) {
        return Under(
            mat2x4<f32>(x0, x1),
            mat2x4<f32>(x1, x2),
            mat2x4<f32>(x2, x3),
            mat2x4<f32>(x3, x4),
            mat2x4<f32>(x4, x5),
        );
    }
    return Under(
        mat2x4<f32>(x0, x2),
        mat2x4<f32>(x1, x3),
        mat2x4<f32>(x2, x4),
        mat2x4<f32>(x3, x5),
        mat2x4<f32>(x4, x6),
    );
}
