// A lane owns 4 neighbouring columns of dw, whatever they are.
alias Columns = vec4<f32>;

// Whether products stand in a branch of their own (has_cells).
const PRODUCT_APART: bool = false;

fn strips_of_columns() -> u32 {
    return (row_columns() + 4u * WORKGROUP_SIZE - 1u) / (4u * WORKGROUP_SIZE);
}

fn first_column(block: Block, lane: u32) -> u32 {
    return (block.strip * WORKGROUP_SIZE + lane) * 4u;
}

fn place_of(block: Block, lane: u32) -> Place {
    let column = first_column(block, lane);
    return place_at(block, vec4<u32>(column) + vec4<u32>(0u, 1u, 2u, 3u), row_columns() - min(column, row_columns()));
}

fn store_row(place: Place, row: u32, sums: Columns) {
    if (row >= place.rows || place.count == 0u) {
        return;
    }
    let at = place.first + vec4<u32>(row * place.apart);
    store_one(at.x, sums.x);
    if (place.count > 1u) {
        store_one(at.y, sums.y);
    }
    if (place.count > 2u) {
        store_one(at.z, sums.z);
    }
    if (place.count > 3u) {
        store_one(at.w, sums.w);
    }
}
