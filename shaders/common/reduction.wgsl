// A reduction over rows x cols terms, cut into rectangular slabs (src/plan/slabs.rs): one dispatch sums one slab per
// invocation, because a shader invocation may not run more than a limited number of loop iterations.
struct Reduction {
    rows: u32,
    cols: u32,
    rows_per_slab: u32,
    cols_per_slab: u32,
    // The slab of the dispatch's first slice, and how many slices (one slab each) the dispatch has.
    first_slab: u32,
    slab_count: u32,
    // 1: add to what the output holds from the slabs before.
    accumulate: u32,
    // 1: no slab comes after this dispatch's.
    last: u32,
}

struct Slab {
    row_begin: u32,
    row_end: u32,
    col_begin: u32,
    col_end: u32,
}

fn slab_at(reduction: Reduction, slice: u32) -> Slab {
    let across = (reduction.cols + reduction.cols_per_slab - 1u) / reduction.cols_per_slab;
    let slab = reduction.first_slab + slice;
    let row = (slab / across) * reduction.rows_per_slab;
    let col = (slab % across) * reduction.cols_per_slab;
    return Slab(
        row,
        min(row + reduction.rows_per_slab, reduction.rows),
        col,
        min(col + reduction.cols_per_slab, reduction.cols),
    );
}
