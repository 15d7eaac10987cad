"""The pages: people review and understand an archive in a browser on their own machine, English and Arabic."""
