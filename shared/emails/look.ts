const ink = '#1c2430';
const muted = '#4a5568';
const accent = '#0b5cad';
const rule = '1px solid #d8dee8';
const wraps = 'overflow-wrap:break-word;word-wrap:break-word';
const paragraph = 'margin:0 0 18px';

/** The styles of an email's parts. They are inline, because not every mail client keeps a style sheet. */
export const look = {
  page: `margin:0;background:#f2f4f7;color:${ink};font:16px/1.55 -apple-system,'Segoe UI',Roboto,'Hiragino Sans','Noto Sans JP',Meiryo,Arial,sans-serif`,
  margin: 'padding:24px 12px',
  letter: `max-width:560px;table-layout:fixed;background:#ffffff;border:${rule};border-top:4px solid ${accent};border-radius:8px`,
  content: `padding:20px 28px 10px;${wraps}`,
  brand: `margin:0 0 24px;font-size:14px;font-weight:600;color:${muted}`,
  heading: `margin:0 0 20px;font-size:22px;line-height:1.35;font-weight:700`,
  paragraph,
  subheading: 'margin:24px 0 4px;font-size:18px;line-height:1.3',
  // The styles of a cell: Outlook ignores the padding of a link, and only knows this property of its own.
  button: `background:${accent};border-radius:6px;mso-padding-alt:12px 22px`,
  buttonPlace: 'margin:0 0 18px',
  buttonLink: 'display:inline-block;padding:12px 22px;color:#ffffff;text-decoration:none;font-weight:600',
  deadline: `${paragraph};padding:12px 16px;background:#eef4fb;border-left:4px solid ${accent};border-radius:4px`,
  small: `${paragraph};font-size:14px;color:${muted}`,
  link: `color:${accent}`,
  facts: `margin:0 0 22px;table-layout:fixed;border-top:${rule};font-size:14px`,
  label: `width:38%;padding:8px 12px 8px 0;border-bottom:${rule};font-weight:normal;color:${muted};vertical-align:top`,
  value: `padding:8px 0;border-bottom:${rule};vertical-align:top;${wraps}`,
  footer: `max-width:560px;margin:16px auto 0;padding:0 12px;font-size:12px;color:#5b6675;${wraps}`,
} as const;

/** What changes in dark mode and on narrow screens, in clients that support it. */
export const styleSheet = `:root { color-scheme: light dark; }
@media (max-width: 480px) {
  .content { padding: 18px 18px 6px !important; }
  .facts th, .facts td { display: block !important; width: auto !important; }
  .facts th { padding: 8px 0 0 !important; border-bottom: 0 !important; }
  .facts td { padding: 0 0 8px !important; }
}
@media (prefers-color-scheme: dark) {
  .page { background: #11151b !important; color: #e6eaf0 !important; }
  .letter { background: #191f27 !important; }
  .letter, .facts, .facts th, .facts td { border-color: #2d3641 !important; }
  .letter { border-top-color: #4a8fe0 !important; }
  .brand, .small, .facts th, .footer { color: #9aa6b4 !important; }
  .deadline { background: #202b39 !important; border-left-color: #4a8fe0 !important; }
  .link { color: #7db4ff !important; }
  .button { background: #2468c9 !important; }
}`;
