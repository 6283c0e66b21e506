//! The fifteen lines of the README: a CSV file into a store, and one answer.
//!
//! ```sh
//! cargo run --example quickstart
//! ```

use docstream::file::{FileOptions, FileSource};
use docstream::queries::InvoiceQueries;
use docstream::sqlite::{InvoiceStore, StoreOptions};
use docstream::{ParseInvoices, Pipeline};

const SALES: &str = "\
InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country
536365,85123A,WHITE HANGING HEART T-LIGHT HOLDER,6,2010-12-01 08:26,2.55,17850,United Kingdom
536365,71053,WHITE METAL LANTERN,6,2010-12-01 08:26,3.39,17850,United Kingdom
C536379,D,Discount,-1,2010-12-01 09:41,27.50,14527,United Kingdom
536380,22961,JAM MAKING SET PRINTED,many,2010-12-01 09:41,1.45,17809,United Kingdom
";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let sales = folder.path().join("sales.csv");
    std::fs::write(&sales, SALES)?;

    let store = InvoiceStore::open(folder.path().join("store.db"), StoreOptions::default())?;
    let summary = Pipeline::from(FileSource::open(&sales, FileOptions::default())?)
        .transform(ParseInvoices::default())
        .dead_letters(store.dead_letters())
        .into_idempotent_sink(store.clone())
        .run()
        .await?;
    let totals = store.totals().await?;
    println!(
        "{} lines stored, {} rejected, net sales {}",
        summary.written, summary.rejected, totals.net
    );
    Ok(())
}
