package programme

// MaxAmount bounds an amount of money: 100 billion dirhams, in centimes. It
// bounds quantities in thousandths of their unit too: what is added up below it
// fits in an int64, and so does a quantity times its unit cost.
const MaxAmount = 100_000_000_000_00
