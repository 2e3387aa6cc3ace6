package verify

// On makes the checks inside a transaction, for tests that damage and roll back.
var On = on

// Loosen takes the CHECKs of a test's database away.
var Loosen = loosen
