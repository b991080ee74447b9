package rehearsal

// Seeded lets tests know the secrets that must not be in a record.
var Seeded = seeded
