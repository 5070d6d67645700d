"""What every page shares: base template, style sheet, scripts, signs, error pages."""
