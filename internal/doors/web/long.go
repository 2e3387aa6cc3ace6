package web

// oneFill is the colour of a bar that has only one, over its whole width.
func oneFill(p *progress) string {
	if len(p.Parts) == 1 && p.Parts[0].Width == percent(1, 1) {
		return p.Parts[0].Fill
	}
	return ""
}

// longText is a value with its unit, on one line.
func longText(c cell) string {
	if c.Unit == "" {
		return c.Text
	}
	return c.Text + "\u00a0" + c.Unit
}
