//! Rankings of products.

use std::cmp::Reverse;
use std::collections::HashMap;

use docstream_core::Result;
use docstream_core::queries::{
    Codes, ProductOrder, ProductQuery, ProductRank, TopProducts, is_product,
};
use rusqlite::Connection;

use super::line::{each, get, kind, text};
use super::sums::{Sums, money};

pub(super) fn top(conn: &Connection, query: &ProductQuery) -> Result<TopProducts> {
    let column = match query.codes {
        Codes::All => "stock_code",
        Codes::Products => "product",
    };
    let sql = format!("SELECT {column}, kind, quantity, unit_price FROM invoice_lines");
    let mut products: HashMap<String, Sums> = HashMap::new();
    each(conn, &sql, [], |row| {
        let code = text(row, 0)?;
        let (kind, quantity, price) = (kind(row, 1)?, get(row, 2)?, get(row, 3)?);
        match products.get_mut(code) {
            Some(sums) => sums.add(kind, quantity, price),
            None => {
                let mut sums = Sums::default();
                sums.add(kind, quantity, price);
                products.insert(code.to_owned(), sums);
            }
        }
        Ok(())
    })?;
    if query.codes == Codes::Products {
        products.retain(|code, _| is_product(code));
    }
    let worth = |sums: &Sums| match query.order {
        ProductOrder::Net => sums.net,
        ProductOrder::Gross => sums.gross,
        ProductOrder::Quantity => i128::from(sums.quantity),
    };
    let mut ranking: Vec<_> = products.into_iter().collect();
    ranking.sort_unstable_by(|(code, sums), (other_code, other_sums)| {
        Reverse(worth(sums))
            .cmp(&Reverse(worth(other_sums)))
            .then_with(|| code.cmp(other_code))
    });
    let rank = |(stock_code, sums): (String, Sums)| {
        Ok(ProductRank {
            stock_code,
            net: money(sums.net)?,
            gross: money(sums.gross)?,
            quantity: sums.quantity,
        })
    };
    let best = ranking.into_iter().take(query.limit.get());
    Ok(TopProducts {
        rule: query.rule(),
        items: best.map(rank).collect::<Result<_>>()?,
    })
}
