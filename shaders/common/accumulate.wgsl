// 1: add to what the output holds. A constant, because a path that reads it before each store doubles the code.
override ACCUMULATE: u32 = 0u;
