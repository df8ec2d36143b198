// Where a block's sums go.
struct Place {
    // Its first cell in the first of its rows: channels of a tile, rows of a plane.
    first: u32,
    // From one row to the next.
    plane: u32,
    // Rows and cells that exist.
    rows: u32,
    cells: u32,
    // From one cell to the next.
    step: u32,
}

// The second four of eight cells.
fn second_four(place: Place) -> Place {
    return Place(place.first + 4u * place.step, place.plane, place.rows, place.cells - 4u, place.step);
}
