"""Edits that footage meets on its way through the net: names with strengths, and the filters that make them."""

from __future__ import annotations

# Edits of this list were looked at while the matcher was tuned; HELD_BACK was run only for the report.
FILTERS = {
    "re-encode/crf36": "null",
    "re-encode/mpeg4": "null",
    "downscale/0.5": "scale=trunc(iw*0.5/2)*2:trunc(ih*0.5/2)*2",
    "downscale/144": "scale=-2:144",
    "crop/0.8": "crop=iw*0.8:ih*0.8:iw*0.05:ih*0.1",
    "crop/0.6": "crop=iw*0.6:ih*0.6:iw*0.25:ih*0.15",
    "vertical/black": "scale=360:-2,pad=360:640:0:(oh-ih)/2",
    "vertical/blurred": (
        "split[a][b];[a]scale=360:640,setsar=1,gblur=sigma=18[bg];[b]scale=360:-2,setsar=1[fg];[bg][fg]overlay=0:(H-h)/2"
    ),
    "mirror/1": "hflip",
    "rotate/5": "rotate=5*PI/180:c=black",
    "rotate/90": "transpose=1",
    "speed/1.1": "setpts=PTS/1.1",
    "frame rate/12": "fps=12",
    "colour/warm": "eq=contrast=1.3:brightness=0.08:saturation=1.6,hue=h=25",
    "colour/dark": "eq=contrast=0.7:brightness=-0.15:gamma=0.7",
    "grey/1": "format=gray",
    "blur/3": "scale=640:-2,gblur=sigma=3",
    "screen recording/1": (
        "scale=760:-2,perspective=x0=14:y0=8:x1=W-20:y1=0:x2=0:y2=H-10:x3=W-6:y3=H-18,"
        "pad=960:720:90:60:color=0x30343c,noise=alls=12:allf=t,fps=24"
    ),
    "logo and caption/1": "overlay:brand",
    "logo and caption/2": "overlay:band",
    "picture in picture/0.4": "pip:0.4",
    "picture in picture/0.55": "pip:0.55",
    "compilation/4s": "compile:4",
    "compilation/2.5s": "compile:2.5",
    "still/jpeg": "still:40",
    "still/small": "still-small:60",
    "mirror, crop, logo/1": "hflip,crop=iw*0.75:ih*0.75:iw*0.15:ih*0.1;overlay:brand",
    "clip/3s": "cut:3",
    "screen recording/phone": (
        "scale=620:-2,drawgrid=w=3:h=3:t=1:c=black@0.3,perspective=x0=20:y0=4:x1=W-6:y1=18:x2=4:y2=H-8:x3=W-24:y3=H-2,"
        "pad=720:960:50:260:color=0x1c1c20,drawbox=x=0:y=0:w=720:h=60:c=0x3a7bd5:t=fill,"
        "drawbox=x=300:y=420:w=14:h=22:c=white:t=fill,eq=contrast=0.85:brightness=0.06,noise=alls=10:allf=t,fps=20"
    ),
    "rotate/180": "hflip,vflip",
    "downscale/200 crf34": "scale=-2:200",
    "vertical/blurred, caption": (
        "split[a][b];[a]scale=360:640,setsar=1,gblur=sigma=22[bg];[b]scale=360:-2,setsar=1[fg];[bg][fg]overlay=0:(H-h)/2"
        ",drawbox=x=0:y=60:w=360:h=70:c=0xd02020:t=fill,drawbox=x=20:y=540:w=320:h=50:c=white@0.9:t=fill"
    ),
}
HELD_BACK = {
    "re-encode/crf40": "null",
    "downscale/0.3": "scale=trunc(iw*0.3/2)*2:trunc(ih*0.3/2)*2",
    "crop/0.55": "crop=iw*0.55:ih*0.7:iw*0.4:ih*0.25",
    "vertical/cut": "crop=ih*9/16:ih:(iw-ih*9/16)*0.4:0",
    "mirror/rotated": "hflip,rotate=-4*PI/180",
    "rotate/270": "transpose=2",
    "rotate/10": "rotate=10*PI/180",
    "speed/0.85": "setpts=PTS/0.85",
    "frame rate/50": "fps=50",
    "colour/negative hue": "hue=h=160:s=0.6",
    "grey/low": "format=gray,eq=contrast=0.6",
    "blur/5": "scale=640:-2,gblur=sigma=4.5",
    "screen recording/2": (
        "scale=700:-2,perspective=x0=0:y0=16:x1=W-4:y1=8:x2=18:y2=H-4:x3=W-22:y3=H,"
        "pad=900:1000:60:200:color=0xd8d8d0,noise=alls=20:allf=t"
    ),
    "logo and caption/3": "overlay:ticker",
    "picture in picture/0.33": "pip:0.33",
    "compilation/3s": "compile:3",
    "still/crop": "still-crop:50",
    "mirror, crop, logo/2": "hflip,crop=iw*0.65:ih*0.7:iw*0.2:ih*0.2;overlay:ticker",
}
# Run once, when all else was done: neither looked at nor run before.
FINAL = {
    "re-encode/crf42": "null",
    "downscale/120": "scale=-2:120",
    "crop/0.5": "crop=iw*0.5:ih*0.6:iw*0.1:ih*0.3",
    "vertical/black, large": "scale=540:-2,pad=540:1170:0:(oh-ih)*0.3",
    "vertical/blurred dim": (
        "split[a][b];[a]scale=450:800,setsar=1,boxblur=20,eq=brightness=-0.2[bg];"
        "[b]scale=450:-2,setsar=1[fg];[bg][fg]overlay=0:(H-h)*0.4"
    ),
    "mirror/grey": "hflip,format=gray",
    "rotate/-7": "rotate=-7*PI/180:c=white",
    "speed/1.2": "setpts=PTS/1.2",
    "frame rate/8": "fps=8",
    "colour/washed": "eq=contrast=0.55:brightness=0.15:saturation=0.4",
    "colour/swap": "colorchannelmixer=0:0:1:0:0:1:0:0:1:0:0:0",
    "blur/box": "scale=480:-2,boxblur=4:1",
    "screen recording/3": (
        "scale=660:-2,drawgrid=w=4:h=2:t=1:c=black@0.25,"
        "perspective=x0=0:y0=0:x1=W-30:y1=12:x2=16:y2=H-20:x3=W:y3=H-4,"
        "pad=1000:700:180:80:color=0x888880,drawbox=x=0:y=0:w=1000:h=40:c=0x202020:t=fill,noise=alls=16:allf=t,fps=30"
    ),
    "logo and caption/4": "overlay:corner",
    "picture in picture/0.36": "pip:0.36",
    "compilation/3.5s": "compile:3.5",
    "still/crop small": "still-crop-small:55",
    "mirror, crop, logo/3": "hflip,crop=iw*0.7:ih*0.7:iw*0.05:ih*0.25;overlay:corner",
    "clip/2.5s": "cut:2.5",
}

# Chosen before anything was changed for it, run once at the end, on clips whose edits had never been queries before.
FINAL_2 = {
    "re-encode/crf38": "null",
    "downscale/0.4": "scale=trunc(iw*0.4/2)*2:trunc(ih*0.4/2)*2",
    "crop/0.62": "crop=iw*0.62:ih*0.62:iw*0.33:ih*0.2",
    "vertical/black, low": (
        "scale=404:720:force_original_aspect_ratio=decrease:force_divisible_by=2,pad=404:720:(ow-iw)/2:(oh-ih)*0.65"
    ),
    "vertical/blurred bright": (
        "split[a][b];[a]scale=396:704,setsar=1,gblur=sigma=14,eq=brightness=0.1[bg];"
        "[b]scale=396:704:force_original_aspect_ratio=decrease:force_divisible_by=2,setsar=1[fg];[bg][fg]overlay=(W-w)/2:(H-h)*0.55"
    ),
    "logo and caption/5": "overlay:strip",
    "mirror/dim": "hflip,eq=brightness=-0.08:contrast=0.85",
    "rotate/6": "rotate=6*PI/180:c=gray",
    "rotate/90 small": "transpose=2,scale=trunc(iw*0.6/2)*2:trunc(ih*0.6/2)*2",
    "speed/1.1": "setpts=PTS/1.1",
    "speed/0.9": "setpts=PTS/0.9",
    "frame rate/15": "fps=15",
    "colour/cold": "eq=contrast=1.2:brightness=-0.05:saturation=0.7,hue=h=-30",
    "grey/hard": "format=gray,eq=contrast=1.4",
    "blur/4": "scale=560:-2,gblur=sigma=3.5",
    "screen recording/4": (
        "scale=640:580:force_original_aspect_ratio=decrease,drawgrid=w=2:h=3:t=1:c=black@0.2,"
        "perspective=x0=24:y0=12:x1=W-2:y1=0:x2=6:y2=H:x3=W-16:y3=H-14,"
        "pad=860:760:60:150:color=0x2a2420,drawbox=x=0:y=700:w=860:h=60:c=0x101010:t=fill,"
        "eq=contrast=0.9:brightness=0.05,noise=alls=14:allf=t,fps=25"
    ),
    "picture in picture/0.38": "pip:0.38",
    "picture in picture/0.5": "pip:0.5",
    "compilation/3.2s": "compile:3.2",
    "compilation/5s": "compile:5",
    "still/jpeg small": "still-small:45",
    "still/cropped": "still-crop:60",
    "mirror, crop, logo/4": "hflip,crop=iw*0.72:ih*0.72:iw*0.1:ih*0.18;overlay:strip",
}
# Files that are broken themselves: as far as they go.
DAMAGED = {
    "damaged/no key frame": "damage:headless",
    "damaged/noise": "damage:noisy",
    "damaged/cut short": "damage:short",
}
SUITES = {"edits": FILTERS, "held-back": HELD_BACK, "final": FINAL, "final-2": FINAL_2, "damaged": DAMAGED}
