package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestDoorFlags: what does not fit together, or would be read on the way, is
// told before the server starts.
func TestDoorFlags(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, x := range []struct{ args, say string }{
		{"", ""},
		{"--site https://kontor.example.com/", ""},
		{"--site http://localhost:8080", ""},
		{"--site kontor.example.com", "an address such as"},
		{"--site http://kontor.example.com", "use https"},
		{"--oidc-issuer https://login.example.com", "give all three"},
		{"--oidc-issuer https://login.example.com --oidc-client kontor --oidc-secret-file " + secret, ""},
		{"--oidc-issuer http://login.example.com --oidc-client kontor --oidc-secret-file " + secret, "use https"},
		{"--oidc-issuer https://login.example.com --oidc-client kontor --oidc-secret-file /nowhere", "no such file"},
	} {
		var d doorFlags
		c := &cobra.Command{}
		d.add(c)
		if err := c.ParseFlags(strings.Fields(x.args)); err != nil {
			t.Fatal(err)
		}
		o, err := d.read()
		if (err == nil) != (x.say == "") || err != nil && !strings.Contains(err.Error(), x.say) {
			t.Errorf("%s: %v, not %q", x.args, err, x.say)
		}
		if err == nil && strings.Contains(x.args, "https://kontor") && (o.Site != "https://kontor.example.com" || !o.Secure) {
			t.Errorf("%s: %+v", x.args, o)
		}
		if err == nil && strings.Contains(x.args, "oidc") && o.Single.Secret != "s3cret" {
			t.Errorf("%s: %+v", x.args, o.Single)
		}
	}
}
