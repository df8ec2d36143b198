// The p-norm of values that come one by one. Norms of parts are values too: the norm of all is the norm of these.

// 1 or 2 where p is that, 0 for any other p, which is `params.power`.
override POWER: u32 = 0u;

// For any other p: the largest value so far, and the sum of the others' powers in its unit, so that none overflows. Else the
// sum alone.
struct Norm {
    largest: f32,
    sum: f32,
}

fn no_norm() -> Norm {
    return Norm(0.0, 0.0);
}

// With one more value, which is not negative. A NaN stays.
fn with_value(norm: Norm, value: f32) -> Norm {
    if (POWER == 1u) {
        return Norm(0.0, norm.sum + value);
    }
    if (POWER == 2u) {
        return Norm(0.0, norm.sum + value * value);
    }
    if (value == 0.0) {
        return norm;
    }
    if (value == norm.largest) {
        return Norm(value, norm.sum + 1.0);
    }
    if (value < norm.largest) {
        return Norm(norm.largest, norm.sum + pow(value / norm.largest, params.power));
    }
    if (norm.largest == 0.0) {
        return Norm(value, 1.0);
    }
    return Norm(value, norm.sum * pow(norm.largest / value, params.power) + 1.0);
}

fn norm_value(norm: Norm) -> f32 {
    if (POWER == 1u) {
        return norm.sum;
    }
    if (POWER == 2u) {
        return sqrt(norm.sum);
    }
    if (norm.largest == 0.0) {
        return 0.0;
    }
    return norm.largest * pow(norm.sum, 1.0 / params.power);
}
