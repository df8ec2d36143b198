// x under 4 neighbouring outputs, one vector of this lane's columns for each.
struct Window {
    first: Columns,
    second: Columns,
    third: Columns,
    fourth: Columns,
}
