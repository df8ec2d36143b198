// Where the elements of a tensor [N, C, spatial...] lie: plane behind plane, or, with the channels last, cell behind cell.

// 1: the channels of x and dx, and of y, dy and the indices, are last.
override X_LAST: u32 = 0u;
override Y_LAST: u32 = 0u;

struct Place {
    plane: u32,
    d: u32,
    h: u32,
    w: u32,
}

// The element that is this far behind the first one in memory.
fn place(index: u32, is_last: bool, cells_d: u32, cells_h: u32, cells_w: u32) -> Place {
    let cell = select(index, index / params.channels, is_last);
    let outer = cell / (cells_w * cells_h * cells_d);
    let plane = select(outer, outer * params.channels + index % params.channels, is_last);
    return Place(plane, cell / (cells_w * cells_h) % cells_d, cell / cells_w % cells_h, cell % cells_w);
}

// How far a plane's first cell is behind the first element, for planes of so many cells.
fn plane_start(plane: u32, is_last: bool, cells: u32) -> u32 {
    if (is_last) {
        return plane / params.channels * params.channels * cells + plane % params.channels;
    }
    return plane * cells;
}

// How far it is from a cell of a plane to the next.
fn cell_step(is_last: bool) -> u32 {
    return select(1u, params.channels, is_last);
}

fn place_in_x(index: u32) -> Place {
    return place(index, X_LAST == 1u, params.in_d, params.in_h, params.in_w);
}

fn place_in_y(index: u32) -> Place {
    return place(index, Y_LAST == 1u, params.out_d, params.out_h, params.out_w);
}

fn plane_in_x(plane: u32) -> u32 {
    return params.x_base + plane_start(plane, X_LAST == 1u, params.in_d * params.in_h * params.in_w);
}

fn plane_in_y(plane: u32) -> u32 {
    return params.y_base + plane_start(plane, Y_LAST == 1u, params.out_d * params.out_h * params.out_w);
}

fn step_in_x() -> u32 {
    return cell_step(X_LAST == 1u);
}

fn step_in_y() -> u32 {
    return cell_step(Y_LAST == 1u);
}
