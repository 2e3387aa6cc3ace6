#!/usr/bin/env bash
# Brings the files that others made into internal/doors/web/static: scripts, fonts and the icons that pages use.
# They are committed; run this with npm when a version changes or a page needs another icon.
set -euo pipefail
cd "$(dirname "$0")/.."
static=$PWD/internal/doors/web/static
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for package in htmx.org@2.0.11 idiomorph@0.8.0 uplot@1.6.32 inter-ui@4.1.1 @fontsource-variable/inter@5.3.0 lucide-static@1.62.0 axe-core@4.14.1; do
  file=$(npm pack --silent "$package")
  mkdir -p "$package"
  tar xzf "$file" -C "$package" --strip-components=1
done
mkdir -p "$static/js" "$static/font"
cp htmx.org@2.0.11/dist/htmx.min.js idiomorph@0.8.0/dist/idiomorph.min.js "$static/js/"
cp uplot@1.6.32/dist/uPlot.iife.min.js "$static/js/uplot.min.js"
cp uplot@1.6.32/dist/uPlot.min.css "$static/css/uplot.css"
cp inter-ui@4.1.1/variable-latin/InterVariable-subset.woff2 "$static/font/inter-latin.woff2"
cp @fontsource-variable/inter@5.3.0/files/inter-latin-ext-wght-normal.woff2 "$static/font/inter-latin-ext.woff2"
cp axe-core@4.14.1/axe.min.js "$static/../testdata/"
icons="activity arrow-down arrow-left-right arrow-right arrow-up arrow-up-right banknote bell book-open boxes calendar camera check chevron-down chevron-left
chevron-right circle-alert circle-check circle-dashed circle-dot circle-pause circle-question-mark circle-user clipboard-list clock columns-3 contrast
credit-card download euro file file-minus file-text house inbox keyboard landmark layers list-checks lock log-out menu message-square package
package-check package-plus plus printer receipt rotate-ccw route rows-3 scale scan-barcode search send settings shield shopping-cart triangle-alert
truck undo-2 users wallet warehouse x"
{
  echo '<svg xmlns="http://www.w3.org/2000/svg">'
  for name in $icons; do
    echo "<symbol id=\"$name\" viewBox=\"0 0 24 24\">$(grep -v '^ *<!--' "lucide-static@1.62.0/icons/$name.svg" | sed -n '/>/,$p' | tr -d '\n' | sed -e 's/.*stroke-linejoin="round" *>//' -e 's/<\/svg>.*//' -e 's/> *</></g' -e 's/^[ >]*//' -e 's/ *$//')</symbol>"
  done
  echo '</svg>'
} >"$static/icons.svg"
{
  echo "What others made and pages carry: htmx, idiomorph and uPlot (scripts), Inter (fonts), lucide (icons). axe-core is for tests only."
  for package in htmx.org@2.0.11 idiomorph@0.8.0 uplot@1.6.32 inter-ui@4.1.1 lucide-static@1.62.0 axe-core@4.14.1; do
    printf '\n==== %s ====\n\n' "$package"
    cat "$package"/LICENSE*
  done
} >"$static/../THIRD-PARTY.txt"
