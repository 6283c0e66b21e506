//! The lines of the README: a CSV file into a store, and one answer. Makes `retail.csv`
//! and `store.db` in the working folder.
//!
//! ```sh
//! cargo run --example quickstart
//! ```

use docstream::file::{FileOptions, FileSource};
use docstream::queries::InvoiceQueries;
use docstream::sqlite::{InvoiceStore, StoreOptions};
use docstream::{ParseInvoices, Pipeline};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    std::fs::write(
        "retail.csv",
        "\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,2010-12-01 08:26,2.55,17850,United Kingdom
C536379,D,Discount,-1,2010-12-01 09:41,27.50,14527,United Kingdom
",
    )?;
    let store = InvoiceStore::open("store.db", StoreOptions::default())?;
    let summary = Pipeline::from(FileSource::open("retail.csv", FileOptions::default())?)
        .transform(ParseInvoices::default())
        .dead_letters(store.dead_letters())
        .into_idempotent_sink(store.clone())
        .run()
        .await?;
    println!(
        "{} stored, net sales {}",
        summary.written,
        store.totals().await?.net
    );
    Ok(())
}
