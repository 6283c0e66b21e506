//! The 38 countries of the real file and their customers.

use super::draws::Draws;

pub(super) struct Country {
    pub(super) name: &'static str,
    /// Lines with a customer, in the real file.
    lines: u32,
    customers: u32,
}

const fn country(name: &'static str, lines: u32, customers: u32) -> Country {
    Country {
        name,
        lines,
        customers,
    }
}

pub(super) const UNITED_KINGDOM: &str = "United Kingdom";
const UNSPECIFIED: &str = "Unspecified";

/// Customers with an id, in all countries.
const CUSTOMERS: u32 = 4_372;
const FIRST_ID: u32 = 12_346;
const LAST_ID: u32 = 18_287;

/// The United Kingdom comes last and has all customers that are left.
const COUNTRIES: [Country; 38] = [
    country("Germany", 9_495, 95),
    country("France", 8_491, 87),
    country("EIRE", 7_485, 3),
    country("Spain", 2_533, 31),
    country("Netherlands", 2_371, 9),
    country("Belgium", 2_069, 25),
    country("Switzerland", 1_877, 21),
    country("Portugal", 1_480, 19),
    country("Australia", 1_259, 9),
    country("Norway", 1_086, 10),
    country("Italy", 803, 15),
    country("Channel Islands", 758, 9),
    country("Finland", 695, 12),
    country("Cyprus", 622, 8),
    country("Sweden", 462, 8),
    country(UNSPECIFIED, 244, 4),
    country("Austria", 401, 11),
    country("Denmark", 389, 9),
    country("Japan", 358, 8),
    country("Poland", 341, 6),
    country("Israel", 250, 4),
    country("USA", 291, 4),
    country("Hong Kong", 100, 1),
    country("Singapore", 229, 1),
    country("Iceland", 182, 1),
    country("Canada", 151, 4),
    country("Greece", 146, 4),
    country("Malta", 127, 2),
    country("United Arab Emirates", 68, 2),
    country("European Community", 61, 1),
    country("RSA", 58, 1),
    country("Lebanon", 45, 1),
    country("Lithuania", 35, 1),
    country("Brazil", 32, 1),
    country("Czech Republic", 30, 1),
    country("Bahrain", 19, 2),
    country("Saudi Arabia", 30, 1),
    country(UNITED_KINGDOM, 361_878, 3_941),
];

/// A known customer and the country of the invoice.
pub(super) fn customer(draws: &mut Draws) -> (u32, &'static str) {
    let total: u32 = COUNTRIES.iter().map(|country| country.lines).sum();
    let mut left = draws.below(total);
    let mut first = 0;
    for country in &COUNTRIES {
        if left < country.lines {
            let index = first + regular(draws, country.customers);
            let id = FIRST_ID + index * (LAST_ID - FIRST_ID) / (CUSTOMERS - 1);
            // A few customers appear under two countries.
            let moved = draws.per_million(300);
            return (id, if moved { UNSPECIFIED } else { country.name });
        }
        left -= country.lines;
        first += country.customers;
    }
    (LAST_ID, UNITED_KINGDOM)
}

/// One of `customers`; the first of them order far more often than the last.
fn regular(draws: &mut Draws, customers: u32) -> u32 {
    if draws.per_million(500_000) {
        return draws.below(customers);
    }
    let half = u64::from(draws.bits());
    let squared = (half * half) >> 32;
    ((squared * u64::from(customers)) >> 32) as u32
}

/// The country of a guest's invoice.
pub(super) fn guest(draws: &mut Draws) -> &'static str {
    const GUESTS: [(u32, &str); 4] = [
        (9_890, UNITED_KINGDOM),
        (60, "EIRE"),
        (30, "Hong Kong"),
        (20, UNSPECIFIED),
    ];
    draws.weighted(&GUESTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_customers_of_all_countries_add_up() {
        let sum: u32 = COUNTRIES.iter().map(|country| country.customers).sum();
        assert_eq!(sum, CUSTOMERS);
    }
}
